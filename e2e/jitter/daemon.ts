import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const packages = join(import.meta.dirname, "../../packages");

/** What the processes run: Node's flags, and the command line. */
export interface Build {
  readonly flags: readonly string[];
  readonly main: string;
}

export const SOURCE: Build = {
  flags: ["--conditions=@fanfare/source"],
  main: join(packages, "fanfare/src/cli/main.ts"),
};

export const COMPILED: Build = { flags: [], main: join(packages, "fanfare/bin/fanfare.js") };

export interface DaemonOptions {
  /** Default: the source. */
  readonly build?: Build;
  /** What its configuration file exports. */
  readonly config?: object;
}

/** A daemon in a process and a folder of its own, always at the same port. */
export class DaemonProcess {
  readonly port: number;
  readonly build: Build;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  constructor(port: number, folder: string, build: Build) {
    this.port = port;
    this.#folder = folder;
    this.build = build;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const { flags, main } = this.build;
    const args = ["serve", "--addr", `127.0.0.1:${this.port}`, "--db", join(this.#folder, "log.db")];
    const child = spawn(process.execPath, [...flags, main, ...args], {
      cwd: this.#folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#child = child;
    let said = "";
    const listens = new Promise<void>((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("listening on ")) resolve();
      });
    });
    const ended = once(child, "exit").then(() => {
      throw new Error(`the daemon ended before it listened: ${said}`);
    });
    await Promise.race([listens, ended]);
    ended.catch(() => undefined);
  }

  /** Resolves when it has ended. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Starts a daemon; `await using`, or whoever closes it, ends it and removes all that it has kept. */
export async function startDaemon({ build = SOURCE, config = {} }: DaemonOptions = {}): Promise<DaemonProcess> {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-crowd-"));
  await writeFile(join(folder, "fanfare.config.ts"), `export default ${JSON.stringify(config)};`);
  const daemon = new DaemonProcess(await freePort(), folder, build);
  await daemon.start();
  return daemon;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
