import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Acknowledged } from "./batches.ts";

// Children and threads inherit it: each would strip the types of the same sources again.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "fanfare-e2e-compiled");

export interface Killing {
  readonly path: string;
  readonly seed: number;
  /** Begins the names of the batches. */
  readonly name: string;
  readonly sync: "full" | "normal";
  /** Acknowledgements after which the process is killed. */
  readonly after: number;
  /** Milliseconds that it goes on publishing after that. */
  readonly delay: number;
}

const PATIENCE_MS = 60_000;

/** Runs a publishing process until its moment has come, kills it with SIGKILL, and answers what it had acknowledged. */
export async function killedPublisher({
  path,
  seed,
  name,
  sync,
  after,
  delay,
}: Killing): Promise<readonly Acknowledged[]> {
  const script = join(import.meta.dirname, "publishing-process.ts");
  const args = ["--conditions=@fanfare/source", script, path, String(seed), name, sync];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const acknowledged: Acknowledged[] = [];
  const closed = once(child, "close");
  for await (const line of createInterface({ input: child.stdout })) {
    // A line that the kill cut off was not heard by anybody.
    if (!line.endsWith("]}")) continue;
    acknowledged.push(JSON.parse(line) as Acknowledged);
    if (acknowledged.length === after) setTimeout(() => child.kill("SIGKILL"), delay);
  }
  await closed;
  clearTimeout(late);
  if (child.signalCode !== "SIGKILL" || acknowledged.length < after)
    throw new Error(
      `the publisher ended by itself (${child.exitCode ?? child.signalCode}) after ${acknowledged.length} batches`,
    );
  return acknowledged;
}
