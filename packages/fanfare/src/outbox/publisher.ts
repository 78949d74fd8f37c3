import type { EventInput, PublishResult } from "@fanfare/protocol";

/**
 * Where rows go: a hub as it is, or anything that publishes as one does.
 *
 * It MUST take the same id with the same content as one event, commit all events of a call or none, in their order,
 * and resolve only when they are durable. It rejects with a `FanfareError` whose code says whether the events will not do or
 * the log cannot take any now; any other error counts as the latter.
 */
export interface Publisher {
  publish(topic: string, events: readonly EventInput<unknown>[]): Promise<PublishResult>;
}
