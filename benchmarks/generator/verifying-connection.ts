import { WebSocket } from "ws";

export type Delivery = { readonly policy: "complete" } | { readonly policy: "latest"; readonly keep: number };

interface Deliver {
  readonly prev: string;
  readonly cursor: string;
  readonly gap?: { readonly from?: number; readonly to: number; readonly dropped?: number };
  readonly events: readonly { readonly position: number }[];
}

interface Frame {
  readonly method?: string;
  readonly params?: Deliver;
  readonly result?: { readonly cursor: string; readonly scope: string };
  readonly error?: { readonly message: string };
}

/** A subscriber that checks the chain of its deliveries, and comes back with its cursor when it was closed. */
export class VerifyingConnection {
  received = 0;
  dropped = 0;
  broken = 0;
  cameBack = 0;
  readonly subscribed: Promise<void>;
  readonly #port: number;
  readonly #delivery: Delivery;
  #ws: WebSocket;
  #cursor: string | undefined;
  #scope: string | undefined;
  #position = 0;
  #paused = false;
  #resolve!: () => void;
  #reject!: (error: Error) => void;

  constructor(port: number, delivery: Delivery) {
    this.#port = port;
    this.#delivery = delivery;
    this.subscribed = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#ws = this.#open();
  }

  get accounted(): number {
    return this.received + this.dropped;
  }

  pause(): void {
    this.#paused = true;
    this.#ws.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#ws.resume();
  }

  #open(): WebSocket {
    const ws = new WebSocket(`ws://127.0.0.1:${this.#port}/api/v1/ws`, "fanfare.v1", { perMessageDeflate: false });
    ws.on("open", () => {
      if (this.#paused) ws.pause();
      const params = { subscription: "1", topics: ["bench.>"], after: this.#cursor ?? "now", scope: this.#scope };
      ws.send(
        JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscribe", params: { ...params, delivery: this.#delivery } }),
      );
    });
    ws.on("message", (data: Buffer) => this.#onFrame(JSON.parse(data.toString()) as Frame));
    ws.on("error", (error) => this.#reject(error));
    ws.on("close", () => this.#comeBack());
    return ws;
  }

  #comeBack(): void {
    this.cameBack += 1;
    setTimeout(() => (this.#ws = this.#open()), 10);
  }

  #onFrame({ method, params, result, error }: Frame): void {
    if (error !== undefined) this.#reject(new Error(error.message));
    if (result !== undefined) {
      this.#cursor ??= result.cursor;
      this.#scope = result.scope;
      this.#resolve();
    }
    if (method === "deliver" && params !== undefined) this.#take(params);
  }

  #take({ prev, cursor, gap, events }: Deliver): void {
    if (prev !== this.#cursor) this.broken += 1;
    this.#cursor = cursor;
    if (gap !== undefined && gap.dropped === undefined) this.broken += 1;
    this.dropped += gap?.dropped ?? 0;
    for (const { position } of events) {
      if (position <= this.#position) this.broken += 1;
      this.#position = position;
    }
    this.received += events.length;
  }
}
