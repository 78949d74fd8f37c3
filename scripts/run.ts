import { spawn } from "node:child_process";
import { join } from "node:path";

export const root: string = join(import.meta.dirname, "..");

/** The tools of the workspace come before those of the machine, so that every child runs under the pinned Node. */
const env = {
  DEBIAN_FRONTEND: "noninteractive",
  ...process.env,
  PATH: `${join(root, "node_modules", ".bin")}:${process.env["PATH"] ?? ""}`,
};

export type Finished = { code: number; output: string };

/** Runs a command to its end. `onLine` sees each line as it comes; without it the command's output is only collected. */
export function run(command: string, args: string[], onLine?: (line: string) => void): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) collectLines(stream, output, onLine);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output: output.join("\n") }));
  });
}

/** Runs a command with this terminal as its own, so that its progress shows. */
export function show(command: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

function collectLines(stream: NodeJS.ReadableStream, output: string[], onLine?: (line: string) => void): void {
  let rest = "";
  const take = (line: string): void => {
    output.push(line);
    onLine?.(line);
  };
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
  stream.on("end", () => {
    if (rest !== "") take(rest);
  });
}
