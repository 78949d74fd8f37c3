import { readFile, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Command, Mutant } from "./mutant.ts";

/** What came of a mutant. `unclear` is nobody's merit: its text was not found, or it is not even a program. */
export type Verdict =
  | { kind: "caught"; seconds: number }
  | { kind: "survived"; seconds: number }
  | { kind: "unclear"; why: string };

/** A mutant may make something wait for ever; what does not end in this time was noticed. */
const PATIENCE_MS = 180_000;

/** Breaks the copy in this one way, lets the command look at it, and mends it again. */
export async function tryMutant(folder: string, mutant: Mutant): Promise<Verdict> {
  const path = join(folder, mutant.file);
  const source = await readFile(path, "utf8");
  const broken = breakSource(source, mutant);
  if ("why" in broken) return { kind: "unclear", why: broken.why };
  await writeFile(path, broken.text);
  try {
    const { passed, seconds } = await look(folder, mutant.caughtBy);
    return { kind: passed ? "survived" : "caught", seconds };
  } finally {
    await writeFile(path, source);
  }
}

/** The source with the defect, or why there is none. */
export function breakSource(source: string, { file, find, replace }: Mutant): { text: string } | { why: string } {
  const found = source.split(find).length - 1;
  if (found !== 1) return { why: `its text occurs ${found} times in ${file}, not once` };
  const text = source.replace(find, () => replace);
  const mistake = syntaxError(text);
  return mistake === undefined ? { text } : { why: `it is no program: ${mistake}` };
}

/** Runs the command in the copy. */
export async function look(folder: string, command: Command): Promise<{ passed: boolean; seconds: number }> {
  const started = performance.now();
  const passed = await run(folder, command);
  return { passed, seconds: (performance.now() - started) / 1000 };
}

function run(folder: string, [program, ...args]: Command): Promise<boolean> {
  const env = { ...process.env, PATH: `${join(folder, "node_modules", ".bin")}:${process.env["PATH"] ?? ""}` };
  return new Promise((done, fail) => {
    const child = spawn(program, args, { cwd: folder, env, stdio: "ignore", timeout: PATIENCE_MS });
    child.once("error", fail);
    child.once("close", (code) => done(code === 0));
  });
}

function syntaxError(source: string): string | undefined {
  try {
    stripTypeScriptTypes(source);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
