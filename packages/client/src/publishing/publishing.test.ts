import { getEventListeners } from "node:events";
import { parsePattern } from "@fanfare/protocol";
import { testHub, type TestHub } from "@fanfare/client/testing";
import type { Identity } from "fanfare";
import { expect, test } from "vitest";
import type { Client } from "../index.ts";

const event = (n: number): { readonly type: string; readonly data: number } => ({ type: "test", data: n });
const committed = (hub: TestHub): readonly unknown[] => hub.events.map(({ data }) => data);
const isLive = (client: Client) => (): boolean => client.state.value.state === "live";

/** A connected client. */
async function connected(hub: TestHub, options?: Parameters<TestHub["client"]>[0]): Promise<Client> {
  const client = hub.client(options);
  client.subscribe({ topics: ["a"] });
  await hub.until(isLive(client));
  return client;
}

/** How many publish requests go to the hub from now on. */
function requestsOf(hub: TestHub): { count: number } {
  const requests = { count: 0 };
  hub.network.watch(({ to, method }) => {
    if (to === "hub" && method === "publish") requests.count += 1;
  });
  return requests;
}

test("a publish is answered with the hub's positions, and connects by itself", async () => {
  await using hub = testHub();
  const client = hub.client();
  const answer = await hub.outcome(client.publish("a", [event(1), event(2)]));
  expect(answer).toMatchObject({ events: [{ position: 1 }, { position: 2 }], cursor: hub.cursor });
  expect(client.queue.value).toEqual({ calls: 0, events: 0, bytes: 0 });
});

test("waits without a connection, and goes out in the order of the calls, in few requests, each with its own answer", async () => {
  await using hub = testHub();
  const client = hub.client();
  const refusal = hub.network.refuse();
  const requests = requestsOf(hub);
  const calls = [1, 2, 3].map((n) => client.publish("a", event(n)));
  await hub.advance(60_000);
  expect(client.queue.value).toMatchObject({ calls: 3, events: 3 });
  refusal.end();
  const answers = await hub.outcome(Promise.all(calls));
  expect(answers.map(({ events, cursor }) => [events[0]?.position, cursor.split(":")[1]])).toEqual([
    [1, "1"],
    [2, "2"],
    [3, "3"],
  ]);
  expect([committed(hub), requests.count]).toEqual([[1, 2, 3], 1]);
});

test("has one request under way at a time", async () => {
  await using hub = testHub();
  const client = await connected(hub);
  const requests = requestsOf(hub);
  hub.network.delay(1_000);
  const calls = [1, 2, 3].map((n) => client.publish("a", event(n)));
  await hub.advance(1_500);
  expect(requests.count).toBe(1);
  await hub.outcome(Promise.all(calls));
  expect([requests.count, committed(hub)]).toEqual([2, [1, 2, 3]]);
});

test("keeps the order of calls on different topics", async () => {
  await using hub = testHub();
  const client = hub.client();
  const topics = ["a", "a", "b", "a", "b", "b"];
  await hub.outcome(Promise.all(topics.map((topic, n) => client.publish(topic, event(n)))));
  expect(hub.events.map(({ topic, data }) => [topic, data])).toEqual(topics.map((topic, n) => [topic, n]));
});

test.each(["hub", "client"] as const)("is in the log once when a frame to the %s is lost", async (to) => {
  await using hub = testHub();
  const client = await connected(hub);
  const lost = hub.network.drop({ to, method: "publish", times: 1 });
  const requests = requestsOf(hub);
  const answer = await hub.outcome(client.publish("a", event(1)));
  expect([lost.hits, requests.count, committed(hub)]).toEqual([1, 2, [1]]);
  expect(answer.events).toMatchObject([{ position: 1, duplicate: to === "client" }]);
});

test("tries again what the hub cannot take now, with a pause", async () => {
  await using hub = testHub({ limits: { publishRate: 2 } });
  const client = await connected(hub);
  for (let n = 1; n <= 3; n += 1) await hub.outcome(client.publish("a", [event(n), event(n)]));
  expect(committed(hub)).toEqual([1, 1, 2, 2, 3, 3]);
});

test("is refused by itself, and those around it are not", async () => {
  const mayPublish: Identity = {
    sub: "u1",
    kind: "user",
    profiles: "all",
    grants: [{ do: ["publish"], topics: [parsePattern("a")] }],
  };
  await using hub = testHub({ identify: () => mayPublish });
  const client = hub.client();
  const calls = [
    client.publish("a", event(1)),
    client.publish("a", { type: "not a type", data: 2 }),
    client.publish("a", event(3)),
    client.publish("b", event(4)),
    client.publish("a", event(5)),
  ];
  const outcomes = await hub.outcome(Promise.allSettled(calls));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"]);
  expect(outcomes[1]).toMatchObject({ reason: { code: "invalid_event", status: 422 } });
  expect(outcomes[3]).toMatchObject({ reason: { code: "forbidden", status: 403 } });
  expect(committed(hub)).toEqual([1, 3, 5]);
});

test("is refused when it does not fit into the queue, in events or in bytes, or is no JSON", async () => {
  await using hub = testHub();
  hub.network.refuse();
  const client = hub.client({ queue: { events: 3, bytes: 1_000 } });
  const waiting = client.publish("a", [event(1), event(2)]);
  waiting.catch(() => {});
  await expect(client.publish("a", [event(3), event(4)])).rejects.toMatchObject({
    code: "limit_exceeded",
    message: "queue.events: 4 would wait, at most 3 may",
  });
  await expect(client.publish("a", { type: "test", data: "x".repeat(1_000) })).rejects.toMatchObject({
    code: "limit_exceeded",
    message: expect.stringMatching(/^queue\.bytes: \d+ would wait, at most 1000 may$/),
  });
  await expect(client.publish("a", { type: "test", data: 1n })).rejects.toMatchObject({ code: "invalid_event" });
  expect(client.queue.value).toMatchObject({ calls: 1, events: 2 });
});

test("is refused when it is larger than any frame that the hub takes, and the next one goes out", async () => {
  await using hub = testHub({ limits: { frameBytes: 4_096 } });
  const client = await connected(hub);
  const large = client.publish("a", { type: "test", data: "x".repeat(4_000) });
  const small = client.publish("a", event(1));
  await expect(hub.outcome(large)).rejects.toMatchObject({ code: "payload_too_large", status: 413 });
  await hub.outcome(small);
  expect([committed(hub), hub.network.tries]).toEqual([[1], 1]);
});

test("that is taken back before it was sent is not sent, and after that it is too late", async () => {
  await using hub = testHub();
  const client = await connected(hub);
  hub.network.delay(1_000);
  const [sent, waiting] = [new AbortController(), new AbortController()];
  const reason = new Error("changed its mind");
  const first = client.publish("a", event(1), { signal: sent.signal });
  const second = client.publish("a", event(2), { signal: waiting.signal });
  const third = client.publish("a", event(3));
  sent.abort(reason);
  waiting.abort(reason);
  await expect(second).rejects.toBe(reason);
  await hub.outcome(Promise.all([first, third]));
  expect(committed(hub)).toEqual([1, 3]);
  await expect(client.publish("a", event(4), { signal: waiting.signal })).rejects.toBe(reason);
});

test("leaves nothing behind at its signal, which may outlive many of them", async () => {
  await using hub = testHub();
  const client = await connected(hub);
  const { signal } = new AbortController();
  await hub.outcome(client.publish("a", event(1), { signal }));
  await expect(hub.outcome(client.publish("a", { type: "no type" }, { signal }))).rejects.toThrow("type");
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("is told so when the client is closed before the hub has answered", async () => {
  await using hub = testHub();
  const client = await connected(hub);
  hub.network.delay(1_000);
  const sent = client.publish("a", event(1));
  const waiting = client.publish("a", event(2));
  client.close();
  const outcomes = await hub.outcome(Promise.allSettled([sent, waiting]));
  expect(outcomes).toMatchObject([
    { status: "rejected", reason: { code: "unavailable" } },
    { status: "rejected", reason: { code: "unavailable" } },
  ]);
  expect(client.queue.value.calls).toBe(0);
});

test("keeps the connection open for what waits, and lets it rest afterwards", async () => {
  await using hub = testHub();
  const client = hub.client({ lingerMs: 1_000 });
  hub.network.delay(3_000);
  await hub.outcome(client.publish("a", event(1)));
  await hub.until(() => client.state.value.state === "idle", 1_000);
  expect(committed(hub)).toEqual([1]);
});
