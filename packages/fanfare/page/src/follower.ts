import type { Bye, Cursor, Delivery, Ended, Scope, SubscribeResult } from "@fanfare/protocol";
import { getDocument, Refusal, streamAddress } from "./api.ts";
import type { Selection } from "./selection.ts";

export type FollowerState =
  | { readonly kind: "paused" }
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** The connection is gone, and the next try is under way by itself. */
  | { readonly kind: "lost" }
  /** Trying again would not help. */
  | { readonly kind: "refused"; readonly refusal: Refusal };

export interface FollowerListener {
  /** The connection was lost, and reading goes on after `cursor`. */
  resumed(cursor: Cursor): void;
  /** Continues what came before, whatever happened to the connection. */
  delivered(delivery: Delivery): void;
  changed(state: FollowerState): void;
}

const SUBSCRIPTION = "page";
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;
/**
 * A stream that misses two heartbeats, every 15 s by default, is dead whatever its socket says. Where a server's
 * heartbeats are rarer, a new connection costs little and shows nothing.
 */
const SILENCE_MS = 40_000;

/**
 * Follows a selection with one `EventSource` after the other. It trusts no connection: it keeps its own cursor, takes only
 * the delivery that begins there, and asks again from there when another one comes.
 */
export class Follower {
  readonly #listener: FollowerListener;
  #selection: Selection | undefined;
  #source: EventSource | undefined;
  #cursor: Cursor | undefined;
  #scope: Scope | undefined;
  #timer: number | undefined;
  #failures = 0;

  constructor(listener: FollowerListener) {
    this.#listener = listener;
  }

  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /** Follows another selection, from where it says. */
  follow(selection: Selection): void {
    this.#selection = selection;
    this.#cursor = undefined;
    this.#scope = undefined;
    this.resume();
  }

  /** Lets the connection go; all that remains is the cursor. */
  pause(): void {
    this.#leave();
    this.#listener.changed({ kind: "paused" });
  }

  /** Goes on after the cursor. */
  resume(): void {
    this.#failures = 0;
    this.#connect();
  }

  /** Does not wait any longer with the next try. */
  hurry(): void {
    if (this.#timer !== undefined && this.#source === undefined) this.#connect();
  }

  #connect(): void {
    this.#leave();
    const selection = this.#selection;
    if (selection === undefined) return;
    this.#listener.changed(this.#failures === 0 ? { kind: "connecting" } : { kind: "lost" });
    const source = new EventSource(streamAddress(this.#query(selection)));
    this.#source = source;
    source.addEventListener("subscribed", ({ data }) => this.#opened(JSON.parse(data as string) as SubscribeResult));
    source.addEventListener("deliver", ({ data }) => this.#take(JSON.parse(data as string) as Delivery));
    source.addEventListener("ended", ({ data }) => this.#ended(JSON.parse(data as string) as Ended));
    source.addEventListener("bye", ({ data }) => this.#retry((JSON.parse(data as string) as Bye).reconnectAfterMs));
    source.addEventListener("error", () => void this.#failed(source));
    this.#watch();
  }

  #query({ topics, filter, from }: Selection): URLSearchParams {
    const subscription = {
      subscription: SUBSCRIPTION,
      topics,
      filter,
      after: this.#cursor ?? from,
      scope: this.#scope,
    };
    return new URLSearchParams({ format: "deliveries", subscriptions: JSON.stringify([subscription]) });
  }

  #opened({ cursor, scope }: SubscribeResult): void {
    // Whoever comes back knows better where it is: the first delivery must begin there.
    this.#cursor ??= cursor;
    this.#scope = scope as Scope;
    this.#watch();
    this.#listener.changed({ kind: "live" });
    if (this.#failures > 0) this.#listener.resumed(this.#cursor);
  }

  #take(delivery: Delivery): void {
    if (this.#cursor !== undefined && delivery.prev !== this.#cursor) return this.#retry();
    this.#failures = 0;
    this.#cursor = delivery.cursor;
    this.#watch();
    this.#listener.delivered(delivery);
  }

  #ended({ code, cursor }: Ended): void {
    this.#cursor = cursor;
    this.#refuse(new Refusal({ status: 403, code, detail: `the server ended the subscription: ${code}` }));
  }

  /** The browser tries again by itself after a broken connection, but from where the address says, and not after an answer. */
  async #failed(source: EventSource): Promise<void> {
    const answered = source.readyState === EventSource.CLOSED;
    if (source !== this.#source) return;
    this.#retry();
    const refusal = answered ? await this.#reason() : undefined;
    if (refusal !== undefined && !refusal.isPassing && this.#source === undefined) this.#refuse(refusal);
  }

  /** Why the stream was refused: an `EventSource` keeps the answer to itself, a page of the same events tells it. */
  async #reason(): Promise<Refusal | undefined> {
    const query = new URLSearchParams({ after: this.#cursor ?? "now", limit: "1" });
    for (const topic of this.#selection?.topics ?? []) query.append("topic", topic);
    if (this.#selection?.filter !== undefined) query.set("filter", JSON.stringify(this.#selection.filter));
    try {
      await getDocument("api/v1/events", query);
    } catch (error) {
      if (error instanceof Refusal) return error;
    }
    return undefined;
  }

  #refuse(refusal: Refusal): void {
    this.#leave();
    this.#listener.changed({ kind: "refused", refusal });
  }

  #retry(afterMs?: number): void {
    this.#leave();
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#listener.changed({ kind: "lost" });
    // Spread, so that many pages do not come back in the same instant.
    this.#timer = window.setTimeout(() => this.#connect(), afterMs ?? pause * (0.5 + Math.random() / 2));
  }

  #watch(): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#connect(), SILENCE_MS);
  }

  #leave(): void {
    window.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#source?.close();
    this.#source = undefined;
  }
}
