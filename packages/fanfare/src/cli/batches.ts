import { DEFAULT_LIMITS } from "@fanfare/protocol";
import type { Outgoing } from "./row-event.ts";

/** Events of one topic that travel together. */
export type Batch = readonly [Outgoing, ...Outgoing[]];

const MAX_BYTES = 1024 * 1024;

/**
 * Groups events that wait into batches of one topic, in their order: as many as there are at hand when the last batch
 * was taken, and never more than a request may carry. A slow input is not held back for company, and what was read
 * before a fault of the input is given before the fault.
 */
export async function* batches(events: AsyncIterable<Outgoing>): AsyncGenerator<Batch, void, undefined> {
  const iterator = events[Symbol.asyncIterator]();
  const ahead = (): Promise<IteratorResult<Outgoing>> => {
    const next = iterator.next();
    // A fault waits for its turn, which may be a whole request away.
    next.catch(() => undefined);
    return next;
  };
  let next = ahead();
  for (let first = await next; first.done !== true; first = await next) {
    const batch: [Outgoing, ...Outgoing[]] = [first.value];
    let bytes = first.value.row.text.length;
    next = ahead();
    while (batch.length < DEFAULT_LIMITS.publishEvents) {
      const more = await Promise.race([next, atHand()]).catch(() => undefined);
      if (more === undefined || more.done === true || more.value.topic !== batch[0].topic) break;
      bytes += more.value.row.text.length;
      if (bytes > MAX_BYTES) break;
      batch.push(more.value);
      next = ahead();
    }
    yield batch;
  }
}

/** Loses against whatever has been read already. */
function atHand(): Promise<undefined> {
  return new Promise((resolve) => {
    setImmediate(resolve, undefined);
  });
}
