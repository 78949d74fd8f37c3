import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { startNode, stop } from "./child.ts";
import { root } from "./machine.ts";
import { usageOf, type Usage } from "./usage.ts";

/** A server as a benchmark starts it. */
export interface ServerPlan {
  /** Arguments of Node, given a folder of its own. */
  command(folder: string): readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Let a signal collect its garbage, so that memory can be read without it. */
  readonly collectable?: boolean;
}

export interface RunningServer {
  readonly port: number;
  /** Where a peer takes lines to publish; a daemon has its own door. */
  readonly control: number;
  usage(): Usage;
  /** Collects all garbage; it takes a moment until that shows. Needs `collectable`. */
  collect(): void;
  stop(): Promise<void>;
}

const collector = join(import.meta.dirname, "collect-on-signal.mjs");

/** Starts a server and waits until it says where it listens. */
export async function startServer(plan: ServerPlan): Promise<RunningServer> {
  const folder = await mkdtemp(join(root, "benchmarks", ".data-"));
  const collectable = plan.collectable === true ? ["--expose-gc", "--import", collector] : [];
  const child = startNode(
    { arguments: [...collectable, ...plan.command(folder)], cwd: folder, ...(plan.env && { env: plan.env }) },
    ["ignore", "pipe", "pipe"],
  );
  const output = tailOf(child);
  const onExit = (code: number | null, signal: string | null): void =>
    console.error(`\nA server ended by itself (${code ?? signal}): ${plan.command(folder).join(" ")}\n${output()}`);
  const end = async (): Promise<void> => {
    child.off("exit", onExit);
    await stop(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { port, control } = await listening(child, output);
    child.once("exit", onExit);
    const { pid } = child;
    if (pid === undefined) throw new Error("the server has no process");
    return {
      port,
      control,
      usage: () => usageOf(pid),
      collect: () => void child.kill("SIGUSR2"),
      stop: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** A peer prints `listening PORT CONTROL`, the daemon a line with its address. */
const peerLine = /^listening (?<port>\d+) (?<control>\d+)$/m;
const daemonLine = /listening.*http:\/\/127\.0\.0\.1:(?<port>\d+)/is;

function listening(child: ChildProcess, output: () => string): Promise<{ port: number; control: number }> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const found = peerLine.exec(output())?.groups ?? daemonLine.exec(output())?.groups;
      if (found !== undefined) resolve({ port: Number(found["port"]), control: Number(found["control"] ?? 0) });
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code} before it listened:\n${output()}`)));
  });
}

/** The last of what a process said. */
function tailOf(child: ChildProcess): () => string {
  let text = "";
  const take = (more: string): void => {
    text = (text + more).slice(-4_000);
  };
  child.stdout?.setEncoding("utf8").on("data", take);
  child.stderr?.setEncoding("utf8").on("data", take);
  return () => text;
}
