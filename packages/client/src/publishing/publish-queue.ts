import type { EventInput, PublishResult } from "@fanfare/protocol";
import { ClientError } from "../core/error.ts";

/** How much may wait to be published. */
export interface QueueLimits {
  /** Default 1 000. */
  readonly events: number;
  /** As JSON; default 4 MiB. */
  readonly bytes: number;
}

export const DEFAULT_QUEUE: QueueLimits = { events: 1000, bytes: 4 * 1024 * 1024 };

/** What waits to be published or to be acknowledged. */
export interface QueueState {
  readonly calls: number;
  readonly events: number;
  readonly bytes: number;
}

/** One call of `publish`. */
export interface Call {
  readonly topic: string;
  readonly events: readonly EventInput<unknown>[];
  readonly resolve: (result: PublishResult) => void;
  readonly reject: (error: Error) => void;
}

export interface Waiting extends Call {
  readonly bytes: number;
}

/** The most events that the hub takes in one request. */
const MOST_EVENTS = 1000;

/** Calls of `publish` in their order. */
export class PublishQueue {
  readonly #limits: QueueLimits;
  readonly #calls: Waiting[] = [];
  /** So many of the first have been sent and wait for their answer. */
  #sent = 0;
  #events = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get state(): QueueState {
    return { calls: this.#calls.length, events: this.#events, bytes: this.#bytes };
  }

  /** Throws {@link ClientError}: `invalid_event` for what is no JSON, `limit_exceeded` when the queue is full. */
  add(call: Call): Waiting {
    const waiting = { ...call, bytes: bytesOf(call.events) };
    const events = this.#events + call.events.length;
    const bytes = this.#bytes + waiting.bytes;
    if (events > this.#limits.events) throw full("events", events, this.#limits.events);
    if (bytes > this.#limits.bytes) throw full("bytes", bytes, this.#limits.bytes);
    this.#calls.push(waiting);
    this.#events = events;
    this.#bytes = bytes;
    return waiting;
  }

  /** The first calls that may go in one request; one that is too large for any is refused. */
  next(most: number, bytes: number): readonly Waiting[] {
    const first = this.#calls[0];
    if (first === undefined) return [];
    if (first.bytes > bytes) {
      this.remove([first]);
      first.reject(
        new ClientError("payload_too_large", 413, `events: ${first.bytes} bytes, at most ${bytes} go into one request`),
      );
      return this.next(most, bytes);
    }
    let room = bytes;
    let events = 0;
    const end = this.#calls.findIndex((call, at) => {
      room -= call.bytes;
      events += call.events.length;
      return at >= most || room < 0 || (at > 0 && events > MOST_EVENTS) || call.topic !== first.topic;
    });
    const calls = this.#calls.slice(0, end < 0 ? undefined : end);
    this.#sent = calls.length;
    return calls;
  }

  remove(calls: readonly Waiting[]): void {
    for (const call of calls) {
      const at = this.#calls.indexOf(call);
      if (at < 0) continue;
      this.#calls.splice(at, 1);
      this.#events -= call.events.length;
      this.#bytes -= call.bytes;
    }
    this.#sent = 0;
  }

  /** Takes a call back that was not sent yet; answers whether it could. */
  withdraw(call: Waiting): boolean {
    if (this.#calls.indexOf(call) < this.#sent) return false;
    const sent = this.#sent;
    this.remove([call]);
    this.#sent = sent;
    return true;
  }

  clear(): readonly Waiting[] {
    const calls = [...this.#calls];
    this.remove(calls);
    return calls;
  }
}

function bytesOf(events: readonly EventInput<unknown>[]): number {
  try {
    return new TextEncoder().encode(JSON.stringify(events)).length;
  } catch (cause) {
    throw new ClientError("invalid_event", 422, `events: ${String(cause)}`);
  }
}

function full(what: string, wanted: number, limit: number): ClientError {
  return new ClientError("limit_exceeded", 429, `queue.${what}: ${wanted} would wait, at most ${limit} may`);
}
