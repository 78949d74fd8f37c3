import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";

export type Ended = { readonly code: number | null; readonly said: string };

const PATIENCE_MS = 20_000;

/** A process with what it starts: what both say is heard as one, and both end together. */
export class Process {
  readonly ended: Promise<Ended>;
  said = "";
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #watchers: Set<() => void> = new Set();
  #over = false;

  constructor(command: readonly string[], options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
    const [program = "", ...args] = command;
    this.#child = spawn(program, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const hear = (text: string): void => {
      this.said += text;
      this.#tell();
    };
    this.#child.stdout.setEncoding("utf8").on("data", hear);
    this.#child.stderr.setEncoding("utf8").on("data", hear);
    this.ended = new Promise((resolve) => {
      this.#child.once("error", (error) => hear(String(error)));
      this.#child.once("close", (code) => {
        this.#over = true;
        this.#tell();
        resolve({ code, said: this.said });
      });
    });
  }

  /** Its end; one that does not come by itself fails and is made. */
  async end(): Promise<Ended> {
    const late = setTimeout(() => {
      this.said += `\n(still running after ${PATIENCE_MS / 1000} s)`;
      this.#kill("SIGKILL");
    }, PATIENCE_MS);
    const ended = await this.ended;
    clearTimeout(late);
    return ended;
  }

  /** Asks it to stop, as Ctrl-C does. */
  async stop(): Promise<void> {
    this.#kill("SIGINT");
    await this.end();
  }

  /** Waits until it has said something that fits. */
  async until(pattern: RegExp): Promise<void> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    while (!pattern.test(this.said)) {
      if (this.#over || late.aborted) throw new Error(`${String(pattern)} was never said, but:\n${this.said}`);
      await new Promise<void>((resolve) => {
        this.#watchers.add(resolve);
        late.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
    this.#watchers.clear();
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#over) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      // It was faster.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}
