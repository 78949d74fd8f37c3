import { readdirSync, readFileSync } from "node:fs";

/** `USER_HZ`: the unit of the times in `/proc`, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** What a process has used so far and holds now. */
export interface Usage {
  /** Seconds of all threads, user and system. */
  readonly cpu: number;
  /** Seconds of the main thread alone. */
  readonly mainCpu: number;
  /** Resident set, KiB. */
  readonly rss: number;
  /** The same with shared pages divided among their users, KiB. */
  readonly pss: number;
}

export function usageOf(pid: number): Usage {
  return {
    cpu: cpuOf(`/proc/${pid}/stat`),
    mainCpu: cpuOf(`/proc/${pid}/task/${pid}/stat`),
    rss: kibibytes(`/proc/${pid}/status`, "VmRSS"),
    pss: kibibytes(`/proc/${pid}/smaps_rollup`, "Pss"),
  };
}

/** Seconds of each thread that lives, the busiest first: shows what runs beside the main thread. */
export function threadsOf(pid: number): { readonly name: string; readonly cpu: number }[] {
  const folder = `/proc/${pid}/task`;
  return readdirSync(folder)
    .map((thread) => ({
      name: readFileSync(`${folder}/${thread}/comm`, "utf8").trim(),
      cpu: cpuOf(`${folder}/${thread}/stat`),
    }))
    .toSorted((a, b) => b.cpu - a.cpu);
}

function cpuOf(file: string): number {
  const text = readFileSync(file, "utf8");
  // The second field is the command in parentheses and may hold spaces; what follows it may not.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function kibibytes(file: string, name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(file, "utf8"));
  return Number(line?.[1]);
}
