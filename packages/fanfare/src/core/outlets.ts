import { Outlet } from "./outlet.ts";
import type { Connection } from "./ports/connection.ts";

/** Parts that a heartbeat interval is cut into, so that not all connections are written at once. */
export const SLOTS = 15;

/** All connections of a broker: which are to be written in this tick, and which take nothing. */
export class Outlets {
  readonly all: Set<Outlet> = new Set();
  readonly stalled: Set<Outlet> = new Set();
  readonly #touched = new Set<Outlet>();
  readonly #slots: readonly Set<Outlet>[] = Array.from({ length: SLOTS }, () => new Set<Outlet>());
  #nextSlot = 0;

  add(connection: Connection): Outlet {
    const slot = this.#nextSlot;
    this.#nextSlot = (slot + 1) % SLOTS;
    const outlet = new Outlet(connection, slot);
    this.all.add(outlet);
    this.#slots[slot]?.add(outlet);
    return outlet;
  }

  remove(outlet: Outlet): void {
    outlet.open = false;
    this.all.delete(outlet);
    this.stalled.delete(outlet);
    this.#touched.delete(outlet);
    this.#slots[outlet.slot]?.delete(outlet);
  }

  slot(index: number): Iterable<Outlet> {
    return this.#slots[index] ?? [];
  }

  /** Has the outlet get this chunk in the tick's write. */
  push(outlet: Outlet, chunk: unknown, events: number, bytes: number): void {
    outlet.push(chunk, events, bytes);
    this.#touched.add(outlet);
  }

  /** One write for each outlet that got something in this tick. */
  flush(now: number): void {
    const touched = [...this.#touched];
    this.#touched.clear();
    for (const outlet of touched) {
      outlet.flush(now);
      if (outlet.stalledSince !== undefined) this.stalled.add(outlet);
    }
  }
}
