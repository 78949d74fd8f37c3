import type { ServerResponse } from "node:http";
import { CLOSE_CODES, FanfareError, type CloseCode, type ProblemCode } from "@fanfare/protocol";
import type { Connection, Wire } from "../../core/ports/connection.ts";
import type { Opening, Session } from "../../core/session.ts";
import { streamEvent } from "./event-stream.ts";
import { deliveriesWire, eventsWire, heartbeatText, type StreamChunk } from "./wire.ts";

/** What all streams of a transport share. */
export interface Shared {
  readonly retryMs: number;
  readonly closeTimeoutMs: number;
  /** The stream is gone. */
  readonly forget: (connection: StreamConnection) => void;
}

const HEAD = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-cache, no-store, no-transform",
  "X-Accel-Buffering": "no",
};
/** A peer that vanished without a word is noticed by the kernel. */
const KEEP_ALIVE_MS = 15_000;

/** One SSE client: the shared bytes go to Node's response as they are. */
export class StreamConnection implements Connection<StreamChunk> {
  readonly wire: Wire<StreamChunk>;
  readonly #response: ServerResponse;
  readonly #shared: Shared;
  #session: Session | undefined;
  /** What came before the head was written; `undefined` from then on. */
  #early: StreamChunk[] | undefined = [];
  /** Why the hub closed it before the head was written. */
  #refusal: FanfareError | undefined;
  #subscriptions = 0;
  #stalled = false;
  #warned = false;
  #over = false;

  constructor(response: ServerResponse, format: "events" | "deliveries", shared: Shared) {
    this.wire = format === "events" ? eventsWire : deliveriesWire;
    this.#response = response;
    this.#shared = shared;
    response.on("close", () => this.gone());
    response.on("drain", () => this.#drained());
    // A write that meets a vanished client; `close` follows.
    response.on("error", () => {});
  }

  /** The client is gone, before or after the head was written. */
  get over(): boolean {
    return this.#over;
  }

  attach(session: Session): void {
    this.#session = session;
    // The client may have gone while it was let in.
    if (this.#response.destroyed) this.gone();
  }

  /** Writes the head and what each subscription begins with. Throws `FanfareError` when the hub has closed it meanwhile. */
  open(openings: readonly Opening[], headers: Readonly<Record<string, string>>): void {
    if (this.#refusal !== undefined) throw this.#refusal;
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#subscriptions = openings.length;
    this.#response.socket?.setKeepAlive(true, KEEP_ALIVE_MS);
    // One by one, since `writeHead` would write a name twice that comes in two spellings.
    for (const [name, value] of Object.entries({ ...headers, ...HEAD })) this.#response.setHeader(name, value);
    this.#response.writeHead(200);
    const beginning = [`retry: ${this.#shared.retryMs}\n\n`, this.#greet(), ...openings.map((one) => this.#begin(one))];
    this.#response.write(beginning.join(""));
    if (early.length > 0) this.write(early);
    for (const opening of openings) opening.start();
  }

  write(chunks: readonly StreamChunk[]): boolean {
    if (this.#early !== undefined) {
      this.#early.push(...chunks);
      return true;
    }
    if (this.#over || this.#response.writableEnded) return false;
    const [only] = chunks;
    if (chunks.length === 1 && only !== undefined) this.#send(only);
    else {
      this.#response.cork();
      for (const chunk of chunks) this.#send(chunk);
      this.#response.uncork();
    }
    if (this.#subscriptions === 0) this.#end();
    this.#stalled = this.#response.writableNeedDrain;
    return !this.#stalled;
  }

  close(code: CloseCode, message: string): void {
    if (this.#early !== undefined) {
      this.#refusal ??= new FanfareError(REFUSALS[code], message);
      return;
    }
    if (this.#over || this.#response.writableEnded) return;
    if (!this.#warned) {
      const data = JSON.stringify({ reason: REASONS[code], reconnectAfterMs: this.#shared.retryMs, code, message });
      this.#response.write(streamEvent({ event: "bye", data }));
    }
    this.#end();
  }

  /** Ends the stream at once. */
  destroy(): void {
    this.#response.destroy();
  }

  gone(): void {
    if (this.#over) return;
    this.#over = true;
    this.#shared.forget(this);
    this.#session?.closed();
  }

  #send(chunk: StreamChunk): void {
    this.#response.write(chunk.bytes);
    if (chunk.ends === "subscription") this.#subscriptions -= 1;
    else if (chunk.ends === "bye") this.#warned = true;
  }

  /** A client that reads no more would hold its socket for ever. */
  #end(): void {
    this.#response.end();
    const timer = setTimeout(() => this.destroy(), this.#shared.closeTimeoutMs).unref();
    this.#response.once("close", () => clearTimeout(timer));
  }

  /** Names of single events are for types of events; only deliveries leave room for it. */
  #greet(): string {
    if (this.wire === eventsWire || this.#session === undefined) return "";
    return streamEvent({ event: "hello", data: JSON.stringify(this.#session.hello()) });
  }

  #begin({ result }: Opening): string {
    // The first id is there before the first event, so that a client that loses its connection at once misses nothing.
    if (this.wire === eventsWire) return heartbeatText(result.cursor, result.scope);
    return streamEvent({ event: "subscribed", data: JSON.stringify(result) });
  }

  #drained(): void {
    if (!this.#stalled || this.#over || this.#response.writableEnded) return;
    this.#stalled = false;
    this.#session?.ready();
  }
}

const REASONS: { readonly [C in CloseCode]: string } = {
  [CLOSE_CODES.normal]: "closed",
  [CLOSE_CODES.goingAway]: "going_away",
  [CLOSE_CODES.invalidData]: "invalid_data",
  [CLOSE_CODES.tooBig]: "too_big",
  [CLOSE_CODES.protocol]: "protocol",
  [CLOSE_CODES.unauthenticated]: "unauthenticated",
  [CLOSE_CODES.forbidden]: "forbidden",
  [CLOSE_CODES.stalled]: "stalled",
  [CLOSE_CODES.limit]: "limit",
};

/** What an HTTP answer says instead, as long as one can be given. */
const REFUSALS: { readonly [C in CloseCode]: ProblemCode } = {
  [CLOSE_CODES.normal]: "unavailable",
  [CLOSE_CODES.goingAway]: "draining",
  [CLOSE_CODES.invalidData]: "invalid_request",
  [CLOSE_CODES.tooBig]: "payload_too_large",
  [CLOSE_CODES.protocol]: "invalid_request",
  [CLOSE_CODES.unauthenticated]: "unauthenticated",
  [CLOSE_CODES.forbidden]: "forbidden",
  [CLOSE_CODES.stalled]: "overloaded",
  [CLOSE_CODES.limit]: "limit_exceeded",
};
