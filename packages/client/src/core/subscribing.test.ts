import { testHub, type TestHub } from "@fanfare/client/testing";
import { expect, test } from "vitest";
import { noteIn } from "../../testing/told.ts";
import type { ClientError, SubscriptionState, SubscriptionStatus, Subscription } from "../index.ts";

const publish = async (hub: TestHub, topic: string, count = 1, lane = "x"): Promise<void> => {
  for (let n = 0; n < count; n += 1) await hub.hub.publish(topic, { type: "test", attributes: { lane } });
};

type Watched = Pick<Subscription<never>, "status">;

const isIn =
  ({ status }: Watched, state: SubscriptionState): (() => boolean) =>
  () =>
    status.value.state === state;

/** All that a subscription's status says from now on. */
function statusesOf({ status }: Watched): SubscriptionStatus[] {
  const statuses = [status.value];
  status.watch((value) => void statuses.push(value));
  return statuses;
}

/** Subscriptions that the hub serves. */
const served = (hub: TestHub): number => hub.hub.connections().reduce((sum, one) => sum + one.subscriptions.length, 0);

test("a subscription is opening, catching up and live, and proves how far it is complete", async () => {
  await using hub = testHub();
  await publish(hub, "a", 3);
  const told: unknown[] = [];
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" }, noteIn(told));
  const statuses = statusesOf(subscription);
  await hub.until(isIn(subscription, "live"));
  expect([...new Set(statuses.map(({ state }) => state))]).toEqual(["waiting", "opening", "catching-up", "live"]);
  await hub.settle();
  expect([told, subscription.status.value.completeUpTo?.cursor]).toEqual([[1, 2, 3], hub.cursor]);
  expect(subscription.status.value.completeUpTo).toMatchObject({ time: hub.runtime.now(), scope: expect.any(String) });
});

test("proves nothing that the application is still dealing with, and nothing that waits for it", async () => {
  await using hub = testHub();
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" });
  await hub.until(isIn(subscription, "live"));
  const proven = async (): Promise<string | undefined> => {
    await hub.settle();
    return subscription.status.value.completeUpTo?.cursor.split(":")[1];
  };
  await publish(hub, "a");
  expect(await proven()).toBe("0");
  const updates = subscription[Symbol.asyncIterator]();
  await updates.next();
  expect(await proven()).toBe("0");
  const waits = updates.next();
  expect(await proven()).toBe("1");
  await publish(hub, "a");
  await hub.outcome(waits);
  expect(await proven()).toBe("1");
});

test("resumes after a break in the chain, and the hub serves it once only", async () => {
  await using hub = testHub();
  const told: unknown[] = [];
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" }, noteIn(told));
  await hub.until(isIn(subscription, "live"));
  hub.network.drop({ to: "client", method: "deliver", times: 1 });
  await publish(hub, "a", 2);
  await hub.until(() => told.length === 2);
  await hub.advance(1_000);
  expect(told).toEqual([1, 2]);
  expect(subscription.status.value).toMatchObject({ broken: 1, repeated: 0, state: "live" });
  expect([served(hub), hub.network.tries]).toEqual([1, 1]);
});

test("drops what comes twice, and counts it", async () => {
  await using hub = testHub();
  const told: unknown[] = [];
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" }, noteIn(told));
  await hub.until(isIn(subscription, "live"));
  hub.network.duplicate({ to: "client", method: "deliver", times: 2 });
  await publish(hub, "a");
  await hub.settle();
  await publish(hub, "a");
  await hub.settle();
  expect(told).toEqual([1, 2]);
  expect(subscription.status.value).toMatchObject({ broken: 0, repeated: 2 });
});

test("is stale when nothing of it was heard for two and a half heartbeats, asks again, and is not once it hears", async () => {
  await using hub = testHub({ heartbeatMs: 10_000 });
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" });
  await hub.until(isIn(subscription, "live"));
  // The link lives, and nobody says anything of this subscription.
  const forgotten = hub.network.drop({
    to: "client",
    where: ({ method }) => method === "deliver" || method === "subscribe",
  });
  const before = hub.runtime.now();
  await hub.until(() => subscription.status.value.stale);
  expect(hub.runtime.now() - before).toBeGreaterThanOrEqual(25_000);
  expect(hub.runtime.now() - before).toBeLessThanOrEqual(30_000);
  forgotten.end();
  await hub.until(() => !subscription.status.value.stale);
  await hub.until(isIn(subscription, "live"));
  expect(served(hub)).toBe(1);
});

test("is stale while there is no connection", async () => {
  await using hub = testHub({ heartbeatMs: 10_000 });
  const subscription = hub.client().subscribe({ topics: ["a"] });
  await hub.until(isIn(subscription, "live"));
  hub.network.refuse();
  hub.network.cut();
  await hub.settle();
  expect(subscription.status.value).toMatchObject({ state: "waiting", stale: false });
  await hub.until(() => subscription.status.value.stale, 60_000);
  hub.network.calm();
  await hub.until(isIn(subscription, "live"));
  expect(subscription.status.value.stale).toBe(false);
});

test("pauses at the hub when too much waits for the application, and goes on when all is dealt with", async () => {
  await using hub = testHub({ flushEvents: 4 });
  await publish(hub, "a", 40);
  const told: unknown[] = [];
  const go: (() => void)[] = [];
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start", bufferEvents: 10 }, async (update) => {
    noteIn(told)(update);
    await new Promise<void>((resolve) => void go.push(resolve));
  });
  await hub.until(isIn(subscription, "paused"));
  await hub.advance(120_000);
  expect([told.length, served(hub)]).toEqual([4, 0]);
  expect(subscription.status.value.state).toBe("paused");
  await hub.until(() => {
    for (const next of go.splice(0)) next();
    return told.length === 40;
  });
  expect(told).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  expect(subscription.status.value).toMatchObject({ broken: 0, repeated: 0 });
});

test("tells under a policy what it left out while it was away", async () => {
  await using hub = testHub();
  const told: unknown[] = [];
  const delivery = { policy: "latest", keep: 1 } as const;
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start", delivery }, noteIn(told));
  await hub.until(isIn(subscription, "live"));
  hub.network.cut();
  await publish(hub, "a", 3);
  await hub.until(() => told.length > 1);
  expect(told).toEqual(["slow", 3]);
});

test("changes what it is about: the hub serves the new selection, and the gap between both is told", async () => {
  await using hub = testHub();
  const told: unknown[] = [];
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" }, noteIn(told));
  await publish(hub, "a");
  await hub.until(() => told.length === 1);
  subscription.change({ topics: ["b"] });
  await hub.until(isIn(subscription, "live"));
  await publish(hub, "a");
  await publish(hub, "b");
  await hub.settle();
  expect([told, served(hub)]).toEqual([[1, "scope", 3], 1]);
});

test("that changes without a connection opens as it was changed", async () => {
  await using hub = testHub();
  hub.network.refuse({ times: 1 });
  const told: unknown[] = [];
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" }, noteIn(told));
  subscription.change({ topics: ["b"] });
  await publish(hub, "a");
  await publish(hub, "b");
  await hub.until(() => told.length === 1);
  expect(told).toEqual([2]);
});

test("is told signals of others, in no order with events, and none of its own connection", async () => {
  await using hub = testHub();
  const signals: string[] = [];
  const options = { topics: ["a"], onSignal: ({ type }: { readonly type: string }) => void signals.push(type) };
  const [mine, other] = [hub.client(), hub.client()];
  const subscription = mine.subscribe(options);
  await hub.until(isIn(subscription, "live"));
  await expect(hub.outcome(other.signal("a", { type: "early" }))).rejects.toMatchObject({ code: "unavailable" });
  await hub.until(() => other.state.value.state === "live");
  await hub.outcome(other.signal("a", { type: "typing" }));
  await hub.outcome(mine.signal("a", { type: "own" }));
  await hub.settle();
  expect(signals).toEqual(["typing"]);
});

test("ends with the error of what the hub refuses, and the client goes on", async () => {
  await using hub = testHub();
  const client = hub.client();
  const wrong = client.subscribe({ topics: ["no spaces"] });
  const right = client.subscribe({ topics: ["a"] });
  await hub.until(isIn(right, "live"));
  expect(await wrong.done).toMatchObject({ code: "invalid_topic", status: 400 } satisfies Partial<ClientError>);
  await expect(wrong[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "invalid_topic" });
  expect(client.state.value.state).toBe("live");
});

test("tries again what the hub cannot do now", async () => {
  await using hub = testHub({ limits: { subscriptionsPerConnection: 1 } });
  const client = hub.client();
  const first = client.subscribe({ topics: ["a"] });
  await hub.until(isIn(first, "live"));
  const second = client.subscribe({ topics: ["b"] });
  await hub.advance(3_000);
  expect(second.status.value.state).not.toBe("ended");
  first.close();
  await hub.until(isIn(second, "live"));
});

test("ends with what its handler throws, and tells it to nobody but `done` and `onError`", async () => {
  await using hub = testHub();
  const errors: unknown[] = [];
  const failure = new Error("the application is broken");
  const client = hub.client({ onError: (error) => void errors.push(error) });
  const subscription = client.subscribe({ topics: ["a"], after: "start" }, () => {
    throw failure;
  });
  await publish(hub, "a");
  expect(await hub.outcome(subscription.done)).toBe(failure);
  expect([errors, served(hub)]).toEqual([[failure], 0]);
});

test("stays ended when whoever watches its status closes it", async () => {
  await using hub = testHub();
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" });
  const unwatch = subscription.status.watch(({ completeUpTo }) => {
    if (completeUpTo === undefined) return;
    unwatch();
    subscription.close();
  });
  await hub.outcome(subscription.done);
  await hub.settle();
  expect([subscription.status.value.state, served(hub)]).toEqual(["ended", 0]);
});

test("is not asked for at the hub when whoever watches its status closes it before that", async () => {
  await using hub = testHub();
  const client = hub.client();
  const subscription = client.subscribe({ topics: ["a"] });
  subscription.status.watch(({ state }) => {
    if (state === "opening") subscription.close();
  });
  client.subscribe({ topics: ["b"] });
  await hub.until(() => client.state.value.state === "live");
  expect([subscription.status.value.state, served(hub)]).toEqual(["ended", 1]);
});

test("ends with the loop that leaves it", async () => {
  await using hub = testHub();
  await publish(hub, "a", 2);
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" });
  const read = async (): Promise<unknown> => {
    for await (const update of subscription) return update.kind;
    return undefined;
  };
  expect(await hub.outcome(read())).toBe("events");
  expect(await subscription.done).toBeUndefined();
  await hub.settle();
  expect(served(hub)).toBe(0);
});
