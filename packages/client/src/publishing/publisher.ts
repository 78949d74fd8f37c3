import type { EventInput, PublishResult, PublishedEvent } from "@fanfare/protocol";
import { pauseAfter, type Pause } from "../core/backoff.ts";
import type { Connection } from "../core/connection.ts";
import { lostError, type ClientError } from "../core/error.ts";
import { observed, type Observed } from "../core/observed.ts";
import { PublishQueue, type QueueLimits, type QueueState, type Waiting } from "./publish-queue.ts";
import type { Runtime, Timer } from "../core/runtime.ts";

/** A runtime that makes ids. */
export interface IdRuntime extends Runtime {
  /** A new UUIDv7, for an event's id. */
  uuid(): string;
}

export interface PublisherOptions {
  readonly connection: Pick<Connection, "open" | "request" | "hello">;
  readonly runtime: IdRuntime;
  readonly pause: Pause;
  readonly limits: QueueLimits;
  /** The queue has got something, or is empty again. */
  readonly changed: () => void;
}

/** The largest frame that a hub takes which does not say. */
const FRAME_BYTES = 1024 * 1024;
/** What a frame holds besides the events. */
const ENVELOPE_BYTES = 1024;

/**
 * Publishes in the order of the calls, one request at a time, each until it is answered: every event has an id from the
 * beginning, so that trying again publishes nothing twice.
 */
export class Publisher {
  readonly queue: Observed<QueueState>;
  readonly #options: PublisherOptions;
  readonly #waiting: PublishQueue;
  #sending = false;
  #failures = 0;
  #pausing: Timer | undefined;
  #closed = false;
  /** Sends calls one by one, to find out which of several the hub refuses. */
  #single = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#waiting = new PublishQueue(options.limits);
    this.queue = observed(this.#waiting.state);
  }

  /**
   * Resolves with the hub's positions when the events are durable. Rejects with {@link ClientError} when they are refused or do
   * not fit into the queue, and with the signal's reason when that comes before they were sent.
   */
  publish(topic: string, events: readonly EventInput<unknown>[], signal?: AbortSignal): Promise<PublishResult> {
    const { runtime } = this.#options;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const named = events.map((event) => ({ ...event, id: event.id ?? runtime.uuid() }));
      const withdraw = (): void => {
        if (!this.#waiting.withdraw(call)) return;
        reject(signal?.reason as Error);
        this.#tell();
      };
      // A signal may outlive many calls.
      const settled = (): void => signal?.removeEventListener("abort", withdraw);
      const call = this.#waiting.add({
        topic,
        events: named,
        resolve: (result) => (settled(), resolve(result)),
        reject: (error) => (settled(), reject(error)),
      });
      signal?.addEventListener("abort", withdraw);
      this.#tell();
      this.pump();
    });
  }

  /** Sends what waits, if it can. */
  pump(): void {
    const { connection } = this.#options;
    if (this.#sending || !connection.open) return;
    const bytes = Number(connection.hello?.limits["frameBytes"] ?? FRAME_BYTES);
    const calls = this.#waiting.next(this.#single ? 1 : Number.POSITIVE_INFINITY, bytes - ENVELOPE_BYTES);
    const [first] = calls;
    this.#single &&= first !== undefined;
    if (first === undefined) return;
    this.#sending = true;
    void this.#send(calls, first.topic);
  }

  /** Nothing more is sent; what waits is told so. */
  close(): void {
    this.#closed = true;
    this.#pausing?.cancel();
    for (const { reject } of this.#waiting.clear()) reject(lostError("closed before the events were acknowledged"));
    this.#tell();
  }

  async #send(calls: readonly Waiting[], topic: string): Promise<void> {
    const { connection } = this.#options;
    try {
      const result = await connection.request("publish", { topic, events: calls.flatMap(({ events }) => events) });
      this.#failures = 0;
      this.#waiting.remove(calls);
      share(result, calls);
    } catch (error) {
      const refusal = error as ClientError;
      if (!refusal.passing) this.#refuse(calls, refusal);
      // Without a connection the next one goes on; with one, the hub is too busy.
      else if (connection.open) await this.#pause();
    }
    this.#sending = false;
    this.#tell();
    this.pump();
  }

  #pause(): Promise<void> {
    const { runtime, pause } = this.#options;
    this.#failures += 1;
    const ms = pauseAfter(this.#failures, runtime.random(), pause);
    return new Promise((resolve) => (this.#pausing = runtime.later(ms, resolve)));
  }

  /** A batch is all or nothing: of several calls in one, each is asked for by itself. */
  #refuse(calls: readonly Waiting[], error: ClientError): void {
    this.#single = calls.length > 1;
    if (this.#single) return;
    this.#waiting.remove(calls);
    for (const { reject } of calls) reject(error);
  }

  #tell(): void {
    this.queue.set(this.#waiting.state);
    // Whoever looks after that whether the connection may rest, would set a timer for it.
    if (!this.#closed) this.#options.changed();
  }
}

/** Gives each call its part of the answer. */
function share({ events, cursor }: PublishResult, calls: readonly Waiting[]): void {
  const [epoch] = cursor.split(":");
  let at = 0;
  for (const { events: own, resolve } of calls) {
    const part: readonly PublishedEvent[] = events.slice(at, (at += own.length));
    const highest = Math.max(...part.map(({ position }) => position));
    resolve({ events: part, cursor: `${epoch}:${highest}` as PublishResult["cursor"] });
  }
}
