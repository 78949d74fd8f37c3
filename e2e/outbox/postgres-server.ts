import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { findPostgres, postgresHint } from "../../scripts/postgres.ts";

const programs = findPostgres();

/** For `describe.skipIf`. */
export const withoutPostgres: boolean = programs === undefined;

/** Names the suite, and says how to get a server where there is none. */
export const suite = (name: string): string => (programs === undefined ? `${name} (${postgresHint})` : name);

const PATIENCE_MS = 30_000;

/** PostgreSQL refuses to run as root; these ids are those of the user that Debian makes for it. */
interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** A server of its own, on a free port of this machine and in a folder that goes with it. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;
  #databases = 0;

  private constructor(port: number, folder: string, process: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#process = process;
  }

  static async start(): Promise<PostgresServer> {
    const owner = ownerOf();
    const folder = mkdtempSync(join(tmpdir(), "fanfare-postgres-"));
    if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid);
    const data = join(folder, "data");
    const made = spawnSync(
      join(programs ?? "", "initdb"),
      ["-D", data, "-U", "fanfare", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
      { ...owner, cwd: folder, encoding: "utf8" },
    );
    if (made.status !== 0) throw new Error(`initdb failed: ${made.stdout}\n${made.stderr}`);
    const port = await freePort();
    const settings = [
      "listen_addresses=127.0.0.1",
      `unix_socket_directories=${folder}`,
      "fsync=off",
      "max_connections=200",
    ];
    const words = ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
    const child = spawn(join(programs ?? "", "postgres"), words, { ...owner, cwd: folder, stdio: "ignore" });
    const server = new PostgresServer(port, folder, child);
    await server.#answers();
    return server;
  }

  url(database: string): string {
    return `postgres://fanfare@127.0.0.1:${this.port}/${database}`;
  }

  /** Makes an empty database and answers its address. */
  async database(): Promise<string> {
    const name = `test_${(this.#databases += 1)}`;
    await this.#ask(`CREATE DATABASE ${name}`);
    return this.url(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#process, "close");
    // Immediate: connections that are still open are ended.
    if (this.#process.exitCode === null) this.#process.kill("SIGQUIT");
    await closed;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<void> {
    for (const late = AbortSignal.timeout(PATIENCE_MS); ; await pause(50)) {
      try {
        return await this.#ask("SELECT 1");
      } catch (error) {
        if (late.aborted || this.#process.exitCode !== null) throw error;
      }
    }
  }

  async #ask(sql: string): Promise<void> {
    const client = new pg.Client(this.url("postgres"));
    await client.connect();
    await client.query(sql);
    await client.end();
  }
}

function ownerOf(): Owner {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  return { uid: id("-u"), gid: id("-g") };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
