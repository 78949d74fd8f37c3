import { createHmac } from "node:crypto";
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { EventInput, FanfareEvent, Filter, PublishResult } from "fanfare";
import type { Config } from "fanfare/daemon";
import { command, freePort } from "../cli/processes.ts";
import { expectSoon, numbers } from "./listener.ts";

const compiled = join(tmpdir(), "fanfare-e2e-compiled");

/** Of daemons that ask for tokens. */
export const SECRET = "a secret of more than thirty-two bytes";

type Granted = { readonly do: readonly string[]; readonly topics: readonly string[]; readonly filter?: Filter };

const EVERYTHING: readonly Granted[] = [{ do: ["subscribe", "publish", "signal", "admin"], topics: [">"] }];

export type Claims = {
  readonly sub: string;
  readonly grants?: readonly Granted[];
  /** Seconds since 1970. */
  readonly exp?: number;
  readonly jti?: string;
};

type Topics = { readonly topics: readonly { readonly events: number }[] };

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** A daemon in a process of its own, which can be killed and started again at the same address with the same log. */
export class HubProcess implements AsyncDisposable {
  readonly url: string;
  readonly #addr: string;
  readonly #folder: string;
  #child: Child | undefined;
  #lives = 1;
  /** It asks for tokens. */
  #asks = false;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#addr = `127.0.0.1:${port}`;
    this.url = `http://${this.#addr}`;
  }

  static async create(config: Config = {}): Promise<HubProcess> {
    const folder = await mkdtemp(join(tmpdir(), "fanfare-hub-"));
    const hub = new HubProcess(folder, await freePort());
    await hub.start(config);
    return hub;
  }

  /** Starts it, once it is down, with another configuration where one is given. */
  async start(config?: Config): Promise<void> {
    this.#asks = (config?.auth ?? this.#asks) !== false;
    const file = join(this.#folder, "hub.config.mjs");
    const whole: Config = { sync: "normal", logging: { level: "silent" }, shutdown: { spreadMs: 0 }, ...config };
    if (config !== undefined) await writeFile(file, `export default ${JSON.stringify(whole)};\n`);
    const [program = "", ...args] = command;
    const db = join(this.#folder, `${this.#lives}.db`);
    const { PATH = "", HOME = "" } = process.env;
    const child = spawn(program, [...args, "serve", "--config", file, "--addr", this.#addr, "--db", db], {
      env: { PATH, HOME, NODE_COMPILE_CACHE: compiled },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
    const [line] = await Promise.race([once(child.stdout, "data"), once(child, "exit").then(() => [complaint])]);
    if (!String(line).startsWith("listening")) throw new Error(`the daemon did not start: ${String(line)}`);
  }

  /** Ends it with a signal, and waits until it is gone. */
  async end(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  }

  /** The log is another, empty one from the next start on. */
  forget(): void {
    this.#lives += 1;
  }

  /** Publishes past whatever stands between a client and the daemon. */
  async publish(topic: string, events: EventInput | readonly EventInput[], token?: string): Promise<PublishResult> {
    const response = await fetch(`${this.url}/api/v1/topics/${topic}/events`, {
      method: "POST",
      headers: { "content-type": "application/json", ...bearer(token) },
      body: JSON.stringify(events),
    });
    if (!response.ok) throw new Error(`publish: ${response.status} ${await response.text()}`);
    return (await response.json()) as PublishResult;
  }

  /** A batch of events of one type with numbers as data. */
  count(topic: string, from: number, to: number): Promise<PublishResult> {
    const events = numbers(from, to).map((data) => ({ type: "count", data }));
    return this.publish(topic, events, this.#asks ? this.token({ sub: `publisher of ${topic}` }) : undefined);
  }

  /** A token that the daemon takes when its secret is the one of {@link SECRET}. */
  token(claims: Claims): string {
    const parts = [
      { alg: "HS256", typ: "JWT" },
      { grants: EVERYTHING, iat: Math.floor(Date.now() / 1000), ...claims },
    ];
    const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
    return `${text}.${createHmac("sha256", SECRET).update(text).digest("base64url")}`;
  }

  /** Everything that the log holds of a topic. */
  async events(topic: string, token?: string): Promise<readonly FanfareEvent[]> {
    const address = `${this.url}/api/v1/events?topic=${topic}&limit=1000`;
    const response = await fetch(address, { headers: bearer(token) });
    const { events } = (await response.json()) as { events: readonly FanfareEvent[] };
    return events;
  }

  /** Waits until retention has left so many events of a topic, also in the memory of the daemon. */
  async trimmedTo(topic: string, left: number): Promise<void> {
    await expectSoon(async () => {
      const { topics } = (await (await fetch(`${this.url}/api/v1/topics?topic=${topic}`)).json()) as Topics;
      return topics[0]?.events;
    }).toBe(left);
    // Newer events push those of the topic out of a short memory.
    await expectSoon(async () => {
      await this.publish("elsewhere", { type: "long", data: "x".repeat(4_096) });
      return (await this.events(topic)).length;
    }).toBe(left);
  }

  /** Where a consumer is: an acknowledgement of what is behind it changes nothing and is answered by its place. */
  async placeOf(consumer: string): Promise<number> {
    const { cursor } = await this.publish("elsewhere", { type: "t" });
    const [epoch] = cursor.split(":");
    const response = await fetch(`${this.url}/api/v1/consumers/${encodeURIComponent(consumer)}/ack`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ cursor: `${epoch}:0` }),
    });
    const place = (await response.json()) as { cursor: string };
    return Number(place.cursor.split(":")[1]);
  }

  /** Any other request, of which only the status counts. */
  async post(path: string, body: unknown, token?: string): Promise<number> {
    const headers = { "content-type": "application/json", ...bearer(token) };
    const response = await fetch(`${this.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    await response.body?.cancel();
    return response.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
