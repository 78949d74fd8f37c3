import { WebSocket } from "ws";
import type { Delivery } from "fanfare";

interface Frame {
  readonly method?: string;
  readonly params?: Delivery;
  readonly result?: unknown;
}

/** Where the subscription is: the last cursor, and what was wrong on the way. */
export interface Account {
  readonly positions: number[];
  dropped: number;
  /** Deliveries whose `prev` was not the cursor before. */
  broken: number;
  cursor: string;
  /** Times that it came back with its cursor. */
  returns: number;
}

/** A subscriber over a real socket that may stop reading, and comes back with its cursor when it is closed for that. */
export class SlowClient {
  readonly account: Account = { positions: [], dropped: 0, broken: 0, cursor: "now", returns: 0 };
  /** Milliseconds from sending to receiving, of events that say when they were sent. */
  readonly latencies: number[] = [];
  readonly #url: string;
  readonly #topics: readonly string[];
  readonly #delivery: Readonly<Record<string, string | number>>;
  #socket: WebSocket | undefined;
  #ended = false;

  constructor(url: string, topics: readonly string[], delivery: Readonly<Record<string, string | number>>) {
    this.#url = `${url.replace("http", "ws")}/api/v1/ws`;
    this.#topics = topics;
    this.#delivery = delivery;
  }

  /** Resolves when the subscription is answered. */
  async connect(): Promise<void> {
    const socket = new WebSocket(this.#url, ["fanfare.v1"]);
    this.#socket = socket;
    const { topics, after, delivery } = { topics: this.#topics, after: this.account.cursor, delivery: this.#delivery };
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.on("message", (text: Buffer) => this.#hear(JSON.parse(text.toString()) as Frame, resolve));
      socket.on("open", () =>
        socket.send(
          JSON.stringify({
            jsonrpc: "2.0",
            id: 1,
            method: "subscribe",
            params: { subscription: "1", topics, after, delivery },
          }),
        ),
      );
      socket.on("close", () => void this.#comeBack());
    });
  }

  /** Stops reading: the kernel's buffers fill, then the server's. */
  stall(): void {
    this.#socket?.pause();
  }

  read(): void {
    this.#socket?.resume();
  }

  end(): void {
    this.#ended = true;
    this.#socket?.terminate();
  }

  #hear({ method, params, result }: Frame, answered: () => void): void {
    if (result !== undefined) {
      this.account.cursor = (result as { readonly cursor: string }).cursor;
      answered();
    }
    if (method !== "deliver" || params === undefined) return;
    if (params.prev !== this.account.cursor) this.account.broken += 1;
    this.account.cursor = params.cursor;
    this.account.dropped += params.gap?.dropped ?? 0;
    for (const event of params.events) {
      this.account.positions.push(event.position);
      const { sent } = event.data as { readonly sent?: number };
      if (sent !== undefined) this.latencies.push(performance.now() - sent);
    }
  }

  async #comeBack(): Promise<void> {
    if (this.#ended) return;
    this.account.returns += 1;
    await this.connect();
  }
}
