import type { Deliveries, Json } from "fanfare";
import type { BrokerEvent } from "./forum-event-broker.ts";

/** The events of one subscriber. */
export class BrokerEvents implements AsyncIterable<BrokerEvent> {
  readonly #deliveries: Deliveries | undefined;
  readonly #onEnd: () => void;
  #ended = false;
  #dropped = 0;

  /** Without deliveries it has ended already. */
  constructor(deliveries: Deliveries | undefined, onEnd: () => void) {
    this.#deliveries = deliveries;
    this.#onEnd = onEnd;
  }

  /** Events that were dropped because they were not read in time. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Ends the events; a second time does nothing. */
  unsubscribe(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#deliveries?.close();
    this.#onEnd();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<BrokerEvent, void, undefined> {
    if (this.#deliveries === undefined) return;
    try {
      for await (const { events, gap } of this.#deliveries) {
        this.#dropped += gap?.dropped ?? 0;
        for (const { type, data } of events) yield { type, ...(data as { ticket: string; runId: string; data: Json }) };
      }
    } finally {
      this.unsubscribe();
    }
  }
}
