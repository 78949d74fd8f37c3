import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";

/** Raises the soft limit of open files to the hard one, which only a shell can do for the process that it becomes. */
const withAllFiles = ['ulimit -n "$(ulimit -H -n)" && exec "$@"', "sh"] as const;

export interface ChildOptions {
  readonly arguments: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts a Node process of the pinned version with every file descriptor that it may have. */
export function startNode(options: ChildOptions, stdio: StdioOptions): ChildProcess {
  const [script, name] = withAllFiles;
  return spawn("/bin/sh", ["-c", script, name, process.execPath, ...options.arguments], {
    stdio,
    cwd: options.cwd,
    // The libuv of the servers must not pass syncs around the preload shim.
    env: { ...process.env, NODE_ENV: "production", UV_USE_IO_URING: "0", ...options.env },
  });
}

/** Ends a process that this one started, by hand if it does not end by itself. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  // A second signal ends a draining server at once.
  const again = setTimeout(() => child.kill("SIGTERM"), 50);
  const byForce = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await ended;
  clearTimeout(again);
  clearTimeout(byForce);
}
