import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { startNode } from "./child.ts";
import type { Sample } from "./comparison.ts";
import { root } from "./machine.ts";

/** Runs a script of `in-process/` in a folder of its own; its last line is its figures as JSON. */
export async function runInProcess(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Sample> {
  const folder = await mkdtemp(join(root, "benchmarks", ".data-"));
  try {
    const script = join(root, "benchmarks", "in-process", file);
    const child = startNode({ arguments: ["--expose-gc", script, ...args], cwd: folder, env }, [
      "ignore",
      "pipe",
      "inherit",
    ]);
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    if (code !== 0) throw new Error(`${file} ended with ${String(code)}`);
    return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Sample;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
