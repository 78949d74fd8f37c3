import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./machine.ts";

const source = join(root, "benchmarks", "shim", "slow-sync.c");
const folder = join(root, "benchmarks", "dist");
const library = join(folder, "slow-sync.so");

/** A disk: as it is, or with so many milliseconds added to each sync. */
export interface Disk {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

export const plainDisk: Disk = { name: "disk as it is", env: {} };

/** `undefined` where no C compiler is at hand to build the shim. */
export function slowDisk(milliseconds: number): Disk | undefined {
  if (!built()) return undefined;
  const env = { LD_PRELOAD: library, SLOW_SYNC_MICROSECONDS: String(milliseconds * 1000) };
  return { name: `${milliseconds} ms more per fdatasync`, env };
}

let outcome: boolean | undefined;

function built(): boolean {
  outcome ??= build();
  return outcome;
}

function build(): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    execFileSync("cc", ["-O2", "-Wall", "-shared", "-fPIC", "-o", library, source, "-ldl"], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}
