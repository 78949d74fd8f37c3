import { parsePattern, type FanfareEvent } from "@fanfare/protocol";
import { testHub, type TestHub } from "@fanfare/client/testing";
import type { Identity } from "fanfare";
import { expect, test } from "vitest";
import type { Update } from "../index.ts";

/** May read everything, or what is in one lane. */
const reader = (lane?: string): Identity => ({
  sub: "u1",
  kind: "user",
  profiles: "all",
  grants: [
    { do: ["subscribe"], topics: [parsePattern(">")], filter: lane === undefined ? undefined : { exact: { lane } } },
  ],
});

/** What an application was told, in short. */
function follow(told: unknown[]): (update: Update<FanfareEvent, unknown>) => void {
  return (update) => {
    if (update.kind === "gap") told.push(update.gap.reason);
    else if (update.kind === "events") told.push(...update.events.map(({ position }) => position));
    else told.push(update.state);
  };
}

const publish = (hub: TestHub, topic: string, lane = "x"): Promise<unknown> =>
  hub.hub.publish(topic, { type: "test", attributes: { lane } });

test("a gap that moves no cursor is told though its delivery was lost", async () => {
  await using hub = testHub();
  const told: unknown[] = [];
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" }, follow(told));
  await publish(hub, "a");
  await hub.until(() => told.length === 1);
  const lost = hub.network.drop({ to: "client", method: "deliver", times: 1 });
  subscription.change({ topics: ["a", "b"] });
  await hub.until(() => lost.hits === 1);
  await publish(hub, "b");
  await hub.until(() => told.includes(2));
  expect(told).toEqual([1, "scope", 2]);
});

test("a gap of a policy does not pass for the gap that was announced", async () => {
  await using hub = testHub();
  const told: unknown[] = [];
  const delivery = { policy: "conflate", key: "lane" } as const;
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start", delivery }, follow(told));
  await hub.until(() => subscription.status.value.state === "live");
  hub.network.stall();
  for (let n = 0; n < 3; n += 1) await publish(hub, "b");
  hub.network.drop({ to: "client", where: ({ frame }) => JSON.stringify(frame).includes('"scope","from"'), times: 1 });
  hub.network.drop({ to: "client", method: "deliver", times: 1 });
  subscription.change({ topics: ["a", "b"] });
  hub.network.resume();
  await hub.until(() => told.includes(3));
  expect(told).toEqual(["scope", "superseded", 3]);
});

test("a gap that moves no cursor is told once though its delivery comes twice", async () => {
  await using hub = testHub();
  const told: unknown[] = [];
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" }, follow(told));
  await hub.until(() => subscription.status.value.state === "live");
  hub.network.duplicate({ to: "client", method: "deliver", times: 1 });
  subscription.change({ topics: ["a", "b"] });
  await publish(hub, "b");
  await hub.until(() => told.includes(1));
  expect(told).toEqual(["scope", 1]);
});

test("a gap that a renewed credential brings is told though its delivery was lost", async () => {
  await using hub = testHub({
    identify: (token, now) => ({ ...reader(token === "1" ? "x" : undefined), expires: now + 100_000 }),
  });
  const told: unknown[] = [];
  let tokens = 0;
  const client = hub.client({ token: () => String((tokens += 1)) });
  client.subscribe({ topics: ["a"], after: "start" }, follow(told));
  await publish(hub, "a");
  await hub.until(() => told.length === 1);
  const lost = hub.network.drop({
    to: "client",
    where: ({ frame }) => "method" in frame && frame.method === "deliver" && frame.params.gap !== undefined,
    times: 1,
  });
  await hub.until(() => tokens === 2);
  await hub.until(() => told.length > 1, 60_000);
  expect([told, lost.hits]).toEqual([[1, "scope"], 1]);
});
