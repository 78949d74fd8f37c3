import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { FanfareEvent } from "fanfare";
import { onTestFinished } from "vitest";

const main = join(import.meta.dirname, "../../packages/fanfare/src/cli/main.ts");

/** The command line as an argument list of this Node, from source. */
export const command: readonly string[] = [process.execPath, "--conditions=@fanfare/source", main];

/** Half of a short command's time is reading the same source again. */
const compiled = join(tmpdir(), "fanfare-e2e-compiled");

export type Options = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Given to standard input, which is then closed; without it standard input is empty. */
  readonly input?: string;
  /** Leaves standard input open for `running.stdin`. */
  readonly open?: boolean;
};

export type Exit = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

const PATIENCE_MS = 30_000;

/** A process of the command line: a real one, with its own pipes, that does not outlive its test. */
export class Running {
  readonly exit: Promise<Exit>;
  stdout = "";
  stderr = "";
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #watchers: Set<() => void> = new Set();
  #over = false;

  constructor(words: readonly string[], { cwd, env = {}, input = "", open = false }: Options = {}) {
    const [program = "", ...args] = words;
    const { PATH = "", HOME = "" } = process.env;
    this.#child = spawn(program, args, {
      cwd,
      env: { PATH, HOME, NODE_COMPILE_CACHE: compiled, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stdin.on("error", () => undefined);
    if (!open) this.#child.stdin.end(input);
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => this.#hear("stdout", text));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => this.#hear("stderr", text));
    this.exit = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        this.#over = true;
        this.#tell();
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
    onTestFinished(() => void this.#child.kill("SIGKILL"));
  }

  get stdin(): Writable {
    return this.#child.stdin;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until the stream has said it; fails when the process ends before that. */
  async said(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> {
    const found = await this.until(() => pattern.exec(this[stream]) ?? undefined);
    if (found !== undefined) return found;
    throw new Error(`${String(pattern)} was never said.\nstdout: ${this.stdout}\nstderr: ${this.stderr}`);
  }

  /** Asks again whenever the process has said something; `undefined` when it ended or the patience did. */
  async until<Value>(look: () => Value | undefined): Promise<Value | undefined> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const value = look();
      if (value !== undefined || this.#over || late.aborted) return value;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#watchers.delete(wake);
          late.removeEventListener("abort", wake);
          resolve();
        };
        this.#watchers.add(wake);
        late.addEventListener("abort", wake);
      });
    }
  }

  #hear(stream: "stdout" | "stderr", text: string): void {
    this[stream] += text;
    this.#tell();
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** Starts the command line and leaves it running. */
export function start(args: readonly string[], options?: Options): Running {
  return new Running([...command, ...args], options);
}

/** Runs the command line to its end. */
export function fanfare(args: readonly string[], options?: Options): Promise<Exit> {
  return start(args, options).exit;
}

export type Daemon = { readonly url: string; readonly process: Running };

/** Starts a daemon and waits for its line. */
export async function serve(args: readonly string[] = ["--log", "memory:"], options: Options = {}): Promise<Daemon> {
  const addr = args.includes("--addr") || "FANFARE_ADDR" in (options.env ?? {}) ? [] : ["--addr", "127.0.0.1:0"];
  const running = start(["serve", ...addr, ...args], options);
  const [, url = ""] = await running.said("stdout", /^listening on (\S+)\n/m);
  return { url, process: running };
}

/** A port of this machine that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A folder that goes with its test. */
export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "fanfare-e2e-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** What the API's documents hold that tests look at. */
type Answer = {
  readonly events: readonly FanfareEvent[];
  readonly cursor: string;
  readonly topics: unknown;
  readonly subscriptions: number;
};

export async function ask(url: string): Promise<Answer> {
  const response = await fetch(url);
  return (await response.json()) as Answer;
}

/** Asks until the answer is there. */
export async function eventually<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  for (const late = AbortSignal.timeout(PATIENCE_MS); !late.aborted; await wait(20)) {
    const value = await look();
    if (value !== undefined) return value;
  }
  throw new Error("it never came to be");
}
