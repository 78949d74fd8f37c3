import type { Cursor, Delivery, ProblemCode, Signal } from "@fanfare/protocol";
import type { EncodedDelivery, Wire } from "../../src/core/ports/connection.ts";

/** What a simulated connection is written; knows its format, so that a chunk of another one is noticed. */
export type Chunk = { readonly wire: string } & (
  | { readonly kind: "deliver"; readonly delivery: Delivery; readonly events: number; readonly bytes: number }
  | { readonly kind: "signal"; readonly signal: Signal }
  | { readonly kind: "ended"; readonly subscription: string; readonly code: ProblemCode; readonly cursor: Cursor }
  | { readonly kind: "goaway"; readonly reconnectAfterMs: number }
);

/** A wire format that writes JSON and reads it again, so that what arrives is what was on the wire, byte for byte. */
export class SimulatedWire implements Wire<Chunk> {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  deliver({ subscription, prev, gap, entries, cursor }: EncodedDelivery): Chunk {
    const events = entries.map(({ json }) => JSON.parse(json) as Delivery["events"][number]);
    const delivery: Delivery = { subscription, prev, ...(gap === undefined ? {} : { gap }), events, cursor };
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    return { wire: this.name, kind: "deliver", delivery, events: events.length, bytes };
  }

  signal(signal: Signal): Chunk {
    return { wire: this.name, kind: "signal", signal };
  }

  ended(subscription: string, code: ProblemCode, cursor: Cursor): Chunk {
    return { wire: this.name, kind: "ended", subscription, code, cursor };
  }

  goaway(reconnectAfterMs: number): Chunk {
    return { wire: this.name, kind: "goaway", reconnectAfterMs };
  }
}
