import type { Client, SubscribeOptions, Subscription, Update } from "@fanfare/client";
import type { FanfareEvent, Gap } from "fanfare";
import { expect } from "vitest";

/** How long a test waits for what must come. */
export const PATIENCE_MS = 15_000;

/** Asks until the answer is the expected one. */
export const expectSoon = <Value>(ask: () => Value) => expect.poll(ask, { timeout: PATIENCE_MS, interval: 10 });

/** What a subscription has told, in its order. */
export class Listener {
  readonly updates: Update<FanfareEvent, unknown>[] = [];
  subscription: Subscription<FanfareEvent, unknown> | undefined;

  /** The handler of the subscription. */
  readonly take = (update: Update<FanfareEvent, unknown>): void => void this.updates.push(update);

  get events(): readonly FanfareEvent[] {
    return this.updates.flatMap((update) => (update.kind === "events" ? update.events : []));
  }

  get data(): readonly unknown[] {
    return this.events.map(({ data }) => data);
  }

  get gaps(): readonly Gap[] {
    return this.updates.flatMap((update) => (update.kind === "gap" ? [update.gap] : []));
  }
}

/** Subscribes, and keeps what is told. */
export function listen(client: Client, options: SubscribeOptions): Listener {
  const listener = new Listener();
  const { take } = listener;
  listener.subscription = "snapshot" in options ? client.subscribe(options, take) : client.subscribe(options, take);
  return listener;
}

/** The position up to which a subscription says that it is complete; 0 for none. */
export function provenTo(subscription: Pick<Subscription, "status"> | undefined): number {
  return Number(subscription?.status.value.completeUpTo?.cursor.split(":")[1] ?? 0);
}

/** The numbers from `first` to `last`. */
export function numbers(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** The names of the states that a client goes through from now on, with the present one. */
export function statesOf(client: Client): readonly string[] {
  const states = [client.state.value.state as string];
  client.state.watch(({ state }) => void states.push(state));
  return states;
}
