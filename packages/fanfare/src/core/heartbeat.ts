import type { Cursor, Position } from "@fanfare/protocol";
import type { Outlet } from "./outlet.ts";
import { SLOTS, type Outlets } from "./outlets.ts";
import type { Runtime, Timer } from "./ports/runtime.ts";
import type { Tail } from "./tail.ts";

export interface HeartbeatOptions {
  readonly outlets: Outlets;
  readonly tail: Tail;
  readonly runtime: Runtime;
  readonly heartbeatMs: number;
  readonly stallTimeoutMs: number;
  readonly cursor: (position: Position) => Cursor;
  /** Sends what is pending, so that "complete up to the head" is true, and what is told then, in one write. */
  readonly tick: (tell: () => void) => void;
  readonly onStalled: (outlet: Outlet) => void;
}

/**
 * Tells each live subscription once an interval how far it is complete, also when nothing matched, a slice of the
 * connections at a time; and gives up connections that take nothing for too long.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #slot = 0;
  #timer: Timer | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #arm(): void {
    const { runtime, heartbeatMs } = this.#options;
    this.#timer = runtime.later(heartbeatMs / SLOTS, () => {
      this.#arm();
      this.#beat();
    });
  }

  #beat(): void {
    const { outlets, runtime, tick, stallTimeoutMs, onStalled } = this.#options;
    tick(() => {
      const shared = new Map<string, unknown>();
      for (const outlet of outlets.slot(this.#slot)) if (outlet.ready) this.#tell(outlet, shared);
    });
    this.#slot = (this.#slot + 1) % SLOTS;
    const now = runtime.now();
    for (const outlet of outlets.stalled) if (now - (outlet.stalledSince ?? now) >= stallTimeoutMs) onStalled(outlet);
  }

  #tell(outlet: Outlet, shared: Map<string, unknown>): void {
    const { outlets, tail, cursor } = this.#options;
    const { wire } = outlet.connection;
    for (const subscription of outlet.subscriptions.values()) {
      if (subscription.state !== "live") continue;
      const { id, sent } = subscription;
      const key = `${wire.name} ${sent} ${id}`;
      let chunk = shared.get(key);
      if (chunk === undefined) {
        chunk = wire.deliver({
          subscription: id,
          prev: cursor(sent),
          gap: undefined,
          entries: [],
          cursor: cursor(tail.head),
        });
        shared.set(key, chunk);
      }
      outlets.push(outlet, chunk, 0, 0);
      subscription.sent = tail.head;
      subscription.seen = tail.head;
    }
  }
}
