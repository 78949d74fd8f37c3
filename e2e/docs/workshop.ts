import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll } from "vitest";
import { root } from "./markdown.ts";
import { Process, type Ended } from "./process.ts";

const main = join(root, "packages/fanfare/src/cli/main.ts");
const bin = join(root, "node_modules/.bin");
/** Shared by all processes of a test file: what one has compiled, the next one finds. */
const compiled = mkdtempSync(join(tmpdir(), "fanfare-docs-compiled-"));
afterAll(() => rm(compiled, { recursive: true, force: true }));

/**
 * What bash knows besides the block. Exported variables last from one block to the next; a command that ends because
 * its time is up has done what it should.
 */
const PRELUDE = `
set -euo pipefail
[ ! -e "$EXPORTED" ] || . "$EXPORTED"
trap 'export -p | grep " FANFARE_\\| [A-Z]*TOKEN=" > "$EXPORTED"' EXIT
curl() { command curl --max-time 20 "$@" || [ $? = 28 ]; }
timeout() { command timeout "$@" || [ $? = 124 ]; }
`;

/**
 * Where the blocks of one document are tried, one after the other: a folder of its own in which the packages are
 * installed, ports of its own in place of the document's, and a daemon.
 */
export class Workshop {
  readonly folder: string;
  readonly #ports: ReadonlyMap<string, number>;
  readonly #running: Map<string, Process> = new Map();

  private constructor(folder: string, ports: ReadonlyMap<string, number>) {
    this.folder = folder;
    this.#ports = ports;
  }

  /** `ports` are those that the document names. */
  static async create(ports: Iterable<string>): Promise<Workshop> {
    const folder = await mkdtemp(join(tmpdir(), "fanfare-docs-"));
    await mkdir(join(folder, "bin"));
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "package.json"), '{"type":"module"}\n');
    const shim = join(folder, "bin/fanfare");
    await writeFile(shim, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    await chmod(shim, 0o755);
    const given = new Map<string, number>();
    for (const port of new Set([DAEMON_PORT, ...ports])) given.set(port, await freePort());
    return new Workshop(folder, given);
  }

  get url(): string {
    return this.local(`http://127.0.0.1:${DAEMON_PORT}`);
  }

  /** The document names this address. */
  knows(address: string): boolean {
    return this.#ports.has(new URL(address).port);
  }

  /** The text as it holds here: with this workshop's ports, and with the local command line. */
  local(text: string): string {
    return text
      .replaceAll(LOCAL_ADDRESS, (_, host: string, port: string) => `${host}:${this.#ports.get(port)}`)
      .replaceAll(/\bnpx (?:--no -- (?=fanfare\b)|(?=node\b))/g, "");
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, this.local(text));
  }

  /** Runs commands to their end. */
  bash(commands: string): Promise<Ended> {
    return this.#start(["bash", "-c", `${PRELUDE}\n${this.local(commands)}`]).end();
  }

  node(file: string): Promise<Ended> {
    return this.#start([process.execPath, file]).end();
  }

  /** Starts a command that runs until it is told to stop. */
  leave(command: string): Process {
    const running = this.#start([
      "bash",
      "-c",
      `${PRELUDE.replace(/^trap.*$/m, "")}\nexec ${this.local(command).trim()}`,
    ]);
    this.#running.set(command, running);
    return running;
  }

  /** Has a daemon listen that nothing special was said to. */
  async open(): Promise<void> {
    if (!this.#running.has(PLAIN)) await this.serve(PLAIN);
  }

  /** Starts a daemon in place of the one at the same address, and waits until it listens. */
  async serve(command: string): Promise<void> {
    const address = addressOf(command);
    for (const [other, running] of this.#running)
      if (addressOf(other) === address) {
        await running.stop();
        this.#running.delete(other);
      }
    await this.leave(command).until(/^listening on /m);
  }

  /** Waits until the daemon has more subscriptions than before `act`. */
  async subscribed(act: () => unknown): Promise<void> {
    const before = await this.#subscriptions();
    await act();
    for (const late = AbortSignal.timeout(20_000); !late.aborted; await wait(20))
      if ((await this.#subscriptions()) > before) return;
    throw new Error("nobody subscribed");
  }

  /** Ends everything but the plain daemon, the newest first, and forgets what was exported. */
  async clear(): Promise<void> {
    for (const [command, running] of [...this.#running].toReversed()) {
      if (command === PLAIN) continue;
      await running.stop();
      this.#running.delete(command);
    }
    await rm(join(this.folder, ".exported"), { force: true });
  }

  async close(): Promise<void> {
    await this.clear();
    await this.#running.get(PLAIN)?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #subscriptions(): Promise<number> {
    const answer = await fetch(`${this.url}/api/v1/health`);
    return ((await answer.json()) as { readonly subscriptions: number }).subscriptions;
  }

  #start(command: readonly string[]): Process {
    const { PATH = "" } = process.env;
    const address = this.local(`127.0.0.1:${DAEMON_PORT}`);
    return new Process(command, {
      cwd: this.folder,
      env: {
        PATH: [join(this.folder, "bin"), bin, PATH].join(":"),
        HOME: this.folder,
        EXPORTED: join(this.folder, ".exported"),
        NODE_OPTIONS: "--conditions=@fanfare/source",
        NODE_COMPILE_CACHE: compiled,
        // What the command line and the daemon take where a document says nothing.
        FANFARE_URL: `http://${address}`,
        FANFARE_ADDR: address,
      },
    });
  }
}

/** The port of a daemon that nothing was said to. */
export const DAEMON_PORT = "3001";

/** A local address of a document; its port is another one here. */
export const LOCAL_ADDRESS: RegExp = /(127\.0\.0\.1|localhost):(\d{4})(?!\d)/g;

const PLAIN = "fanfare serve";

/** Port and all of a daemon's address; `undefined` for what is no daemon. */
function addressOf(command: string): string | undefined {
  if (!/^(?:npx --no -- )?fanfare serve\b/.test(command)) return undefined;
  return / --addr (\S+)/.exec(command)?.[1] ?? `127.0.0.1:${DAEMON_PORT}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
