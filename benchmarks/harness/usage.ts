import { readFileSync } from "node:fs";

/** `USER_HZ`: the unit of the times in `/proc`, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** What a process has used so far and holds now. */
export interface Usage {
  /** Seconds of all threads, user and system. */
  readonly cpu: number;
  /** Those of them that the kernel worked. */
  readonly systemCpu: number;
  /** Seconds of the main thread alone. */
  readonly mainCpu: number;
  /** Resident set, KiB. */
  readonly rss: number;
  /** The same with shared pages divided among their users, KiB. */
  readonly pss: number;
}

export function usageOf(pid: number): Usage {
  const whole = cpuOf(`/proc/${pid}/stat`);
  const main = cpuOf(`/proc/${pid}/task/${pid}/stat`);
  return {
    cpu: whole.user + whole.system,
    systemCpu: whole.system,
    mainCpu: main.user + main.system,
    rss: kibibytes(`/proc/${pid}/status`, "VmRSS"),
    pss: kibibytes(`/proc/${pid}/smaps_rollup`, "Pss"),
  };
}

function cpuOf(file: string): { readonly user: number; readonly system: number } {
  const text = readFileSync(file, "utf8");
  // The second field is the command in parentheses and may hold spaces; what follows it may not.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { user: Number(fields[11]) / TICKS_PER_SECOND, system: Number(fields[12]) / TICKS_PER_SECOND };
}

function kibibytes(file: string, name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(file, "utf8"));
  return Number(line?.[1]);
}
