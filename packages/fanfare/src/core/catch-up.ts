import { FanfareError, isFanfareError, type Cursor, type Gap, type Position } from "@fanfare/protocol";
import type { Audience } from "./audience.ts";
import type { Entry } from "./entry.ts";
import type { Interval, IntervalLimits } from "./interval.ts";
import type { Outlet } from "./outlet.ts";
import type { Outlets } from "./outlets.ts";
import type { Runtime } from "./ports/runtime.ts";
import type { Reader } from "./reader.ts";
import type { Subscription } from "./subscription.ts";
import type { Tail } from "./tail.ts";
import type { Totals } from "./totals.ts";

export interface CatchUpOptions {
  readonly reader: Reader;
  readonly tail: Tail;
  readonly runtime: Runtime;
  readonly outlets: Outlets;
  readonly totals: Totals;
  readonly flush: IntervalLimits;
  readonly cursor: (position: Position) => Cursor;
  /** Asks for a tick. */
  readonly wake: () => void;
  /** Learns of a read that failed and is tried again. */
  readonly onError: (error: FanfareError) => void;
}

/** A read that failed is tried again after this. */
const RETRY_MS = 1_000;

/** What one tick spends on those who are behind; the rest waits for the next tick, after what is live. */
const BUDGET = { outlets: 512, rows: 20_000 };

/**
 * Brings subscriptions that are behind to the head: each reads on from its position when its connection has room, from
 * the tail or the log, sharing what others at the same place read.
 */
export class CatchUp {
  readonly #options: CatchUpOptions;
  readonly #queue = new Set<Outlet>();
  /** What was read of the log since the last tick; it is sent, or let go, with the next. */
  readonly #loaded = new Map<Subscription, { readonly interval: Interval; readonly audience: Audience }>();
  /** What an interval looks like on the wire, for all subscriptions of one id, format and last cursor. */
  #chunks = new WeakMap<Interval, Map<string, unknown>>();

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  get waiting(): boolean {
    return this.#queue.size > 0 || this.#loaded.size > 0;
  }

  /** The subscription leaves its live cohort and reads on by itself. */
  add(subscription: Subscription): void {
    const { outlet } = subscription;
    subscription.audience.leave(subscription);
    subscription.state = "lagging";
    outlet.lagging ??= new Set();
    outlet.lagging.add(subscription);
    this.resume(outlet);
  }

  /** The outlet may be written: whatever is behind there goes on. */
  resume(outlet: Outlet): void {
    if (!outlet.ready || outlet.lagging === undefined) return;
    this.#queue.add(outlet);
    this.#options.wake();
  }

  forget(outlet: Outlet): void {
    this.#queue.delete(outlet);
  }

  /** One step for as many outlets as the budget allows. */
  step(): void {
    const { reader } = this.#options;
    this.#sendLoaded();
    const until = reader.scanned + BUDGET.rows;
    const turn = [...this.#queue].slice(0, BUDGET.outlets);
    for (const outlet of turn) {
      if (reader.scanned > until) return;
      this.#queue.delete(outlet);
      this.#pump(outlet);
    }
  }

  #pump(outlet: Outlet): void {
    // It may have stalled since it was queued; `ready` brings it back.
    if (!outlet.ready) return;
    for (const subscription of [...(outlet.lagging ?? [])]) {
      const { selection } = subscription.audience;
      const interval = this.#options.reader.next(
        { selection, policy: subscription.policy, seen: subscription.seen },
        this.#options.flush,
      );
      if (interval instanceof Promise) this.#load(subscription, interval);
      else if (!this.#advance(subscription, interval)) break;
    }
    if (outlet.lagging?.size === 0) outlet.lagging = undefined;
    this.resume(outlet);
  }

  #load(subscription: Subscription, interval: Promise<Interval>): void {
    const { outlet, audience } = subscription;
    const { runtime, wake, onError } = this.#options;
    subscription.state = "loading";
    outlet.lagging?.delete(subscription);
    interval.then(
      (loaded) => {
        if (subscription.state !== "loading") return;
        // A connection that stalled meanwhile keeps its position, not what was read for it.
        if (outlet.ready) this.#loaded.set(subscription, { interval: loaded, audience });
        else this.add(subscription);
        wake();
      },
      (error: unknown) => {
        onError(
          isFanfareError(error)
            ? error
            : new FanfareError("unavailable", "the log could not be read", { cause: error }),
        );
        runtime.later(RETRY_MS, () => {
          if (subscription.state === "loading") this.add(subscription);
        });
      },
    );
  }

  /** Sends what was loaded since the last tick; for a former selection or position it is read again. */
  #sendLoaded(): void {
    const all = [...this.#loaded];
    this.#loaded.clear();
    for (const [subscription, { interval, audience }] of all) {
      if (subscription.state !== "loading") continue;
      this.add(subscription);
      const fits = subscription.audience === audience && subscription.seen === interval.from;
      if (fits && subscription.outlet.ready) this.#advance(subscription, interval);
    }
  }

  /** Sends the interval; `false` when there is no room for it in this tick. */
  #advance(subscription: Subscription, interval: Interval): boolean {
    const { outlet } = subscription;
    const { flush, tail } = this.#options;
    const bytes = interval.entries.reduce((sum, entry) => sum + entry.bytes, 0);
    if (!outlet.hasRoom(interval.entries.length, bytes, flush)) return false;
    if (subscription.gap !== undefined)
      this.#send(subscription, { from: interval.from, through: interval.from, entries: [], gap: subscription.gap }, 0);
    if (tells(interval) || arrives(subscription, interval)) this.#send(subscription, interval, bytes);
    subscription.seen = interval.through;
    outlet.lagging?.delete(subscription);
    if (interval.through >= tail.head) this.#goLive(subscription);
    // Behind the others of its connection, so that each gets its turn.
    else outlet.lagging?.add(subscription);
    return true;
  }

  #goLive(subscription: Subscription): void {
    subscription.state = "live";
    subscription.audience.join(subscription);
  }

  #send(subscription: Subscription, interval: Interval, bytes: number): void {
    const { outlets } = this.#options;
    outlets.push(subscription.outlet, this.#encode(subscription, interval), interval.entries.length, bytes);
    this.#count(subscription, interval.entries, interval.gap);
    subscription.gap = undefined;
    subscription.foreign = undefined;
    subscription.sent = interval.through;
  }

  #encode(subscription: Subscription, interval: Interval): unknown {
    const { id, sent, foreign, outlet } = subscription;
    const { wire } = outlet.connection;
    const { cursor } = this.#options;
    const prev = foreign ?? cursor(sent);
    let chunks = this.#chunks.get(interval);
    if (chunks === undefined) this.#chunks.set(interval, (chunks = new Map<string, unknown>()));
    const key = `${wire.name} ${prev} ${id}`;
    let chunk = chunks.get(key);
    if (chunk === undefined) {
      chunk = wire.deliver({
        subscription: id,
        prev,
        gap: interval.gap,
        entries: interval.entries,
        cursor: cursor(interval.through),
      });
      chunks.set(key, chunk);
    }
    return chunk;
  }

  #count(subscription: Subscription, entries: readonly Entry[], gap: Gap | undefined): void {
    const { totals } = this.#options;
    totals.delivered += entries.length;
    if (gap === undefined) return;
    const dropped = gap.dropped ?? gap.atLeast ?? 0;
    totals.gaps += 1;
    totals.dropped += dropped;
    subscription.dropped += dropped;
  }
}

function tells({ entries, gap }: Interval): boolean {
  return entries.length > 0 || gap !== undefined;
}

/** The client was told in the answer where the log ends, and learns at once that it is there, also when nothing matched. */
function arrives({ sent, head }: Subscription, { through }: Interval): boolean {
  return sent < head && through >= head;
}
