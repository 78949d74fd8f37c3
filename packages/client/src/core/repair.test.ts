import { parsePattern, type Cursor, type Delivery } from "@fanfare/protocol";
import { testHub, type TestHub } from "@fanfare/client/testing";
import type { Identity } from "fanfare";
import { expect, test } from "vitest";
import { noteIn } from "../../testing/told.ts";
import { createClient, type Transport } from "../index.ts";

/** May read everything, or what is in one lane. */
const reader = (lane?: string): Identity => ({
  sub: "u1",
  kind: "user",
  profiles: "all",
  grants: [
    { do: ["subscribe"], topics: [parsePattern(">")], filter: lane === undefined ? undefined : { exact: { lane } } },
  ],
});

const publish = (hub: TestHub, topic: string, lane = "x"): Promise<unknown> =>
  hub.hub.publish(topic, { type: "test", attributes: { lane } });

test("a gap that moves no cursor is told though its delivery was lost", async () => {
  await using hub = testHub();
  const told: unknown[] = [];
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" }, noteIn(told));
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
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start", delivery }, noteIn(told));
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
  const subscription = hub.client().subscribe({ topics: ["a"], after: "start" }, noteIn(told));
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
  client.subscribe({ topics: ["a"], after: "start" }, noteIn(told));
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

test("a request to subscribe that comes twice, and is refused first, does not end the subscription", async () => {
  await using hub = testHub();
  hub.network.duplicate({ to: "hub", method: "subscribe", times: 1 });
  hub.network.reorder({ to: "client", method: "subscribe", times: 1 });
  const subscription = hub.client().subscribe({ topics: ["a"] });
  await hub.until(() => subscription.status.value.state === "live");
  expect(subscription.status.value.state).toBe("live");
});

test("a state that was being loaded for another selection is loaded again", async () => {
  await using hub = testHub();
  const told: unknown[] = [];
  let topics = ["a"];
  const load = async (): Promise<{ state: string; cursor: string }> => {
    const answer = { state: `state of ${topics.join()}`, cursor: hub.cursor };
    await new Promise<void>((resolve) => void hub.runtime.later(1_000, resolve));
    return answer;
  };
  const subscription = hub.client().subscribe({ topics, snapshot: load }, noteIn(told));
  await hub.until(() => subscription.status.value.state === "loading");
  topics = ["a", "b"];
  subscription.change({ topics });
  await hub.until(() => subscription.status.value.state === "live");
  expect(told.at(-1)).toBe("state of a,b");
});

test("a state is loaded again when retention took events that newer ones would have stood for", async () => {
  await using hub = testHub({ tailBytes: 1 });
  const told: unknown[] = [];
  let loads = 0;
  const subscription = hub.client().subscribe(
    {
      topics: ["a"],
      delivery: { policy: "conflate", key: "lane" },
      snapshot: async () => ({ state: `state ${(loads += 1)}`, cursor: hub.cursor }),
    },
    noteIn(told),
  );
  await hub.until(() => subscription.status.value.state === "live");
  hub.network.cut();
  await publish(hub, "a", "x");
  for (let n = 0; n < 3; n += 1) await publish(hub, "a", "y");
  await hub.trim("a", 2);
  await hub.until(() => told.length > 2);
  expect(told).toEqual(["state 1", "superseded", "state 2"]);
});

test("what came behind a broken chain is not taken for the next opening's", async () => {
  await using hub = testHub();
  const at = (position: number): Cursor => `e:${position}` as Cursor;
  const step = (prev: number): Omit<Delivery, "subscription"> => ({ prev: at(prev), events: [], cursor: at(prev + 1) });
  const stretches = [[step(0), step(5), step(6)], [step(1)]];
  let opened = 0;
  const transport: Transport = {
    name: "scripted",
    open(_door, { received }) {
      const hello = {
        connection: "",
        protocol: "fanfare.v1",
        time: "2026-01-31T12:00:00.000Z",
        heartbeat: 15_000,
      } as const;
      queueMicrotask(() =>
        received({ jsonrpc: "2.0", method: "hello", params: { ...hello, profile: "default", limits: {} } }),
      );
      return {
        send({ id, method, params }) {
          if (method !== "subscribe") return;
          const { subscription } = params;
          const cursor = at(opened);
          const result = { subscription, cursor, scope: "s", recovered: true, head: at(2) };
          const deliveries = stretches[opened] ?? [];
          opened += 1;
          queueMicrotask(() => {
            received({ jsonrpc: "2.0", id, result });
            for (const delivery of deliveries)
              received({ jsonrpc: "2.0", method: "deliver", params: { subscription, ...delivery } });
          });
        },
        close() {},
      };
    },
  };
  const client = createClient({ url: "http://hub.test", transports: [transport], runtime: hub.runtime });
  const { status } = client.subscribe({ topics: ["a"], after: "start" });
  await hub.until(() => status.value.completeUpTo?.cursor === at(2), 5_000);
  client.close();
  expect([opened, status.value.broken]).toEqual([2, 1]);
});
