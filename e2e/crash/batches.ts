import type { EventInput } from "fanfare";

/** What a publishing process says of a batch once it was acknowledged. */
export interface Acknowledged {
  /** Unique name of the batch. */
  readonly batch: string;
  readonly topic: string;
  readonly positions: readonly number[];
}

/** Carried by every event, so that a part of a batch is seen to be one. */
export interface Membership {
  readonly batch: string;
  readonly index: number;
  readonly size: number;
}

export function batchEvents(batch: string, size: number, padding: number): readonly EventInput[] {
  return Array.from({ length: size }, (_, index) => ({
    id: `${batch}.${index}`,
    type: "crash.event",
    data: { batch, index, size, padding: "x".repeat(padding) },
  }));
}
