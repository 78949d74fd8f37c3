import { FanfareError, toPosition, type EventInput, type PublishResult } from "@fanfare/protocol";
import type { Runtime } from "../src/core/ports/runtime.ts";
import type { Publisher } from "../src/outbox/publisher.ts";

/** What a log does with a call: takes it, refuses it, or is silent before or after it has taken it. */
export type Behaviour = "takes" | "silent" | "lost answer" | "hangs" | "hangs and takes" | FanfareError;

export interface Stored {
  readonly topic: string;
  readonly id: string;
  readonly data: unknown;
}

/** A log in memory that knows ids as a log does, and misbehaves as it is told. */
export class FaultyLog implements Publisher {
  readonly events: Stored[] = [];
  /** Ids of each call, also of those that failed. */
  readonly calls: (readonly string[])[] = [];
  /** Asked at every call. */
  behave: (topic: string, events: readonly EventInput<unknown>[]) => Behaviour = () => "takes";
  /** Refuses the batch that holds such an event, as a hub would. */
  poison: (event: EventInput<unknown>) => FanfareError | undefined = () => undefined;
  readonly #runtime: Pick<Runtime, "later">;

  constructor(runtime: Pick<Runtime, "later">) {
    this.#runtime = runtime;
  }

  get ids(): readonly string[] {
    return this.events.map(({ id }) => id);
  }

  /** Forgets what it knew, as after retention and the end of its memory. */
  forget(): void {
    this.events.length = 0;
  }

  async publish(topic: string, events: readonly EventInput<unknown>[]): Promise<PublishResult> {
    this.calls.push(events.map(({ id = "" }) => id));
    const behaviour = this.behave(topic, events);
    if (behaviour instanceof FanfareError) throw behaviour;
    if (behaviour === "hangs") await new Promise(() => undefined);
    // An answer takes a moment, in which others have theirs.
    await new Promise<void>((resolve) => void this.#runtime.later(1, resolve));
    if (behaviour === "silent") throw new Error("connection refused");
    for (const event of events) {
      const refusal = this.poison(event);
      if (refusal !== undefined) throw refusal;
    }
    const result = this.#append(topic, events);
    if (behaviour === "hangs and takes") await new Promise(() => undefined);
    if (behaviour === "lost answer") throw new Error("connection reset");
    return result;
  }

  #append(topic: string, events: readonly EventInput<unknown>[]): PublishResult {
    const results = events.map(({ id = "", data, time = "" }) => {
      const known = this.events.findIndex((event) => event.id === id);
      if (known === -1) this.events.push({ topic, id, data });
      const position = toPosition(known === -1 ? this.events.length : known + 1);
      return { id, position, time, duplicate: known !== -1 };
    });
    return { events: results, cursor: "k3x:0" as PublishResult["cursor"] };
  }
}
