import type { Log } from "fanfare";
import { memoryLog } from "fanfare/memory";
import type { Content } from "./subscriptions.ts";

export type Listener = Parameters<Log["follow"]>[0];
export type Committed = Parameters<Listener>[0][number];

/** A log that is empty, and whose followers are told events by hand: what is left is what the broker does. */
export class PushedLog implements Log {
  readonly capabilities: Log["capabilities"];
  readonly #empty = memoryLog();
  #listener: Listener = () => {};

  constructor() {
    this.capabilities = this.#empty.capabilities;
  }

  push(event: Committed): void {
    this.#listener([event]);
  }

  async follow(listener: Listener): ReturnType<Log["follow"]> {
    this.#listener = listener;
    return await this.#empty.follow(() => {});
  }

  append(...request: Parameters<Log["append"]>): ReturnType<Log["append"]> {
    return this.#empty.append(...request);
  }

  read(...request: Parameters<Log["read"]>): ReturnType<Log["read"]> {
    return this.#empty.read(...request);
  }

  bounds(): ReturnType<Log["bounds"]> {
    return this.#empty.bounds();
  }

  topics(...request: Parameters<Log["topics"]>): ReturnType<Log["topics"]> {
    return this.#empty.topics(...request);
  }

  trim(...request: Parameters<Log["trim"]>): ReturnType<Log["trim"]> {
    return this.#empty.trim(...request);
  }

  close(): Promise<void> {
    return this.#empty.close();
  }
}

/** Events as a log would tell them, with the content that the function gives to each. */
export async function committedEvents(
  count: number,
  content: (index: number) => Content,
): Promise<readonly Committed[]> {
  const log = memoryLog();
  const events: Committed[] = [];
  await log.follow((told) => void events.push(...told));
  const drafts = Array.from({ length: count }, (_, index) => {
    const { topic, attributes } = content(index);
    const draft = {
      topic,
      attributes,
      id: String(index),
      type: "bench.event",
      time: "2026-01-01T00:00:00.000Z",
      data: '{"n":1}',
    };
    return draft as Parameters<Log["append"]>[0][number];
  });
  await log.append(drafts);
  while (events.length < count) await new Promise((resolve) => setImmediate(resolve));
  await log.close();
  return events;
}
