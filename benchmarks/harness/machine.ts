import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";

export const root: string = join(import.meta.dirname, "..", "..");

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly fileSystem: string;
  /** Of one minute; a busy machine spoils every figure. */
  readonly load: number;
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    fileSystem: output("stat", "-f", "-c", "%T", root),
    load: loadavg()[0] ?? Number.NaN,
  };
}

export function versions(): Record<string, string> {
  const packages = ["fanfare", "ws", "socket.io", "@durable-streams/server"];
  const found = Object.fromEntries(packages.map((name) => [name, versionOf(name)]));
  return { node: process.versions.node, sqlite: process.versions["sqlite"] ?? "", ...found };
}

/** The commit under test; `+` says that the tree differs from it. */
export function commit(): string {
  const dirty = output("git", "status", "--porcelain", "--untracked-files=no") !== "";
  return `${output("git", "rev-parse", "--short=12", "HEAD")}${dirty ? "+" : ""}`;
}

function versionOf(name: string): string {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const path of paths) {
    try {
      const manifest: { version: string } = JSON.parse(readFileSync(join(path, name, "package.json"), "utf8"));
      return manifest.version;
    } catch {
      // Not in this folder: the next one up.
    }
  }
  return "missing";
}

function output(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}
