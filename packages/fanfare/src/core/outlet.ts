import type { IntervalLimits } from "./interval.ts";
import type { Connection } from "./ports/connection.ts";
import type { Subscription } from "./subscription.ts";

/**
 * The broker's side of one connection: what is to be written in this tick, and whether it may be. While the connection
 * is not ready nothing is kept here: its subscriptions keep their positions, and that is all.
 */
export class Outlet {
  readonly connection: Connection;
  readonly subscriptions: Map<string, Subscription> = new Map();
  /** Subscriptions that are behind and read on when there is room; undefined for none, as with most connections. */
  lagging: Set<Subscription> | undefined;
  /** Milliseconds since 1970 when the connection stopped taking more; undefined while it takes. */
  stalledSince: number | undefined;
  /** Which slice of the heartbeat interval it belongs to. */
  readonly slot: number;
  open = true;
  #chunks: unknown[] = [];
  #bytes = 0;
  #events = 0;

  constructor(connection: Connection, slot: number) {
    this.connection = connection;
    this.slot = slot;
  }

  get ready(): boolean {
    return this.open && this.stalledSince === undefined;
  }

  /** True when so much more may be written in this tick; the first delivery always may. */
  hasRoom(events: number, bytes: number, limits: IntervalLimits): boolean {
    return this.#events === 0 || (this.#events + events <= limits.events && this.#bytes + bytes <= limits.bytes);
  }

  push(chunk: unknown, events: number, bytes: number): void {
    this.#chunks.push(chunk);
    this.#events += events;
    this.#bytes += bytes;
  }

  /** Writes what this tick brought, in one go. */
  flush(now: number): void {
    const chunks = this.#chunks;
    if (chunks.length === 0 || !this.open) return;
    this.#chunks = [];
    this.#bytes = 0;
    this.#events = 0;
    if (!this.connection.write(chunks)) this.stalledSince ??= now;
  }
}
