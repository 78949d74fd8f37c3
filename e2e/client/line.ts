import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** What a line does with what comes over it. */
export type Mood =
  | "passes"
  /** What the server says is lost; the connections stay as they are. */
  | "swallows answers"
  /** Everything is lost; the connections stay as they are. */
  | "swallows"
  /** New connections are refused. */
  | "refuses";

/** What a line answers in place of the server. */
export type Refusal = { readonly status: number; readonly retryAfter?: number | undefined };

type Pair = { readonly near: Socket; readonly far: Socket; mood: Mood };

/** A TCP line between a client and a daemon, which a test can cut, stall, and forbid to be upgraded. */
export class Line implements AsyncDisposable {
  /** Answers every request for an upgrade with this status, as some proxies do. */
  blocksUpgrades = false;
  /** Answers whatever comes on a new connection with this. */
  refusal: Refusal | undefined;
  /** Upgrades that were asked for. */
  upgrades = 0;
  /** When connections first said something, in milliseconds since 1970; some are opened to be used later. */
  readonly arrivals: number[] = [];
  /** Everything that the server has said, over all connections. */
  told = "";
  readonly #port: number;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  /** Connections over which nothing came yet too. */
  readonly #near = new Set<Socket>();
  #mood: Mood = "passes";

  private constructor(target: string) {
    this.#port = Number(new URL(target).port);
    this.#server = createServer((near) => this.#take(near));
  }

  static async to(target: string): Promise<Line> {
    const line = new Line(target);
    line.#server.listen(0, "127.0.0.1");
    await once(line.#server, "listening");
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** From now on, also on connections that are open. */
  set mood(mood: Mood) {
    this.#mood = mood;
    for (const pair of this.#pairs) pair.mood = mood;
  }

  /** Connections that are open go silent for good, without an end; new ones are as good as ever. */
  deaden(): void {
    for (const pair of this.#pairs) pair.mood = "swallows";
  }

  /** Ends what is open, as a crash does. */
  cut(): void {
    for (const { far } of this.#pairs) far.resetAndDestroy();
    for (const near of this.#near) near.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #take(near: Socket): void {
    near.on("error", () => undefined);
    this.#near.add(near);
    near.on("close", () => this.#near.delete(near));
    if (this.#mood === "refuses") return void near.resetAndDestroy();
    near.once("data", (first: Buffer) => {
      this.arrivals.push(Date.now());
      const isUpgrade = /^upgrade: *websocket/im.test(first.toString("latin1"));
      if (isUpgrade) this.upgrades += 1;
      const refusal = this.refusal ?? (isUpgrade && this.blocksUpgrades ? { status: 403 } : undefined);
      if (refusal === undefined) this.#join(near, first);
      else near.end(answer(refusal));
    });
  }

  #join(near: Socket, first: Buffer): void {
    const far = connect(this.#port, "127.0.0.1");
    const pair: Pair = { near, far, mood: this.#mood };
    this.#pairs.add(pair);
    far.on("error", () => undefined);
    const forth = (bytes: Buffer): void => void (pair.mood === "swallows" || far.write(bytes));
    forth(first);
    near.on("data", forth);
    far.on("data", (bytes: Buffer) => {
      this.told += bytes.toString("latin1");
      if (pair.mood === "passes") near.write(bytes);
    });
    near.on("close", () => {
      this.#pairs.delete(pair);
      far.destroy();
    });
    // A dead line does not tell its end.
    far.on("close", () => void (pair.mood === "passes" && near.destroy()));
  }
}

function answer({ status, retryAfter }: Refusal): string {
  const lines = [`HTTP/1.1 ${status} Refused`, "Connection: close", "Content-Length: 0"];
  if (retryAfter !== undefined) lines.push(`Retry-After: ${retryAfter}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}
