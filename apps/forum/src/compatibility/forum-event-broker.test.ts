import { createHub, type Hub } from "fanfare";
import { memoryLog } from "fanfare/memory";
import { expect, onTestFinished, test } from "vitest";
import type { BrokerEvents } from "./broker-events.ts";
import { ForumEventBroker, type BrokerOptions } from "./forum-event-broker.ts";

function open(options: BrokerOptions = {}): ForumEventBroker {
  const limits = { connections: 200_000 };
  const hub: Hub = createHub({ log: memoryLog(), limits });
  onTestFinished(() => hub.close());
  return new ForumEventBroker(hub, options);
}

const event = (ticket: string, runId: string, data = "") => ({ type: "forum.post.added", ticket, runId, data });

/** Data of the next events; a test that waits for what does not come fails by its time limit. */
async function take(events: BrokerEvents, count: number): Promise<readonly unknown[]> {
  const taken: unknown[] = [];
  for await (const { data } of events) {
    taken.push(data);
    if (taken.length === count) break;
  }
  return taken;
}

test("subscribers get the events of their ticket and run, and a blank one stands for all", async () => {
  const broker = open();
  const [all, ticket, run, both] = [
    broker.subscribe(),
    broker.subscribe("T-1", " "),
    broker.subscribe("", "r1"),
    broker.subscribe("T-1", "r1"),
  ];
  await broker.publish(event("T-1", "r1", "a"));
  await broker.publish(event("T-1", "r2", "b"));
  await broker.publish(event("T-2", "r1", "c"));
  await broker.publish(event("T-1", "r1", "d"));
  expect(await take(all, 4)).toEqual(["a", "b", "c", "d"]);
  expect(await take(ticket, 3)).toEqual(["a", "b", "d"]);
  expect(await take(run, 3)).toEqual(["a", "c", "d"]);
  expect(await take(both, 2)).toEqual(["a", "d"]);
});

test("tickets and runs are compared trimmed and without case", async () => {
  const broker = open();
  const events = broker.subscribe("  t-42 ", "RUN-1");
  await broker.publish(event("T-42", " run-1", "heard"));
  for await (const heard of events) {
    expect(heard).toEqual({ type: "forum.post.added", ticket: "T-42", runId: " run-1", data: "heard" });
    break;
  }
});

test("unsubscribing ends the events once, and to do it again is harmless", async () => {
  const broker = open();
  const events = broker.subscribe("T-1");
  const iterator = events[Symbol.asyncIterator]();
  const next = iterator.next();
  events.unsubscribe();
  events.unsubscribe();
  expect(await next).toEqual({ done: true, value: undefined });
  await broker.publish(event("T-1", "r1"));
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
});

test("with one slot the newest is kept for whoever does not read, and what was dropped is counted", async () => {
  const broker = open({ buffer: 1 });
  const events = broker.subscribe("T-1");
  for (let count = 1; count <= 10; count += 1) await broker.publish(event("T-1", "r1", `${count}`));
  expect(await take(events, 1)).toEqual(["10"]);
  expect(events.dropped).toBe(9);
});

test("closing ends everybody, and twice is harmless; whoever subscribes later has ended already", async () => {
  const broker = open();
  const next = broker.subscribe("T-1")[Symbol.asyncIterator]().next();
  broker.close();
  broker.close();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(await broker.subscribe("T-1")[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  await broker.publish(event("T-1", "r1"));
});

test("one subscriber that fails takes nothing from the others", async () => {
  const broker = open();
  const failing = broker.subscribe("T-1");
  const other = broker.subscribe("T-1");
  await broker.publish(event("T-1", "r1", "a"));
  const failure = (async () => {
    for await (const { data } of failing) throw new Error(`cannot bear ${JSON.stringify(data)}`);
  })();
  await expect(failure).rejects.toThrow("cannot bear");
  await broker.publish(event("T-1", "r1", "b"));
  expect(await take(other, 2)).toEqual(["a", "b"]);
});

test("a hundred thousand subscribers of other tickets do not slow a publish", async () => {
  const broker = open();
  const events = broker.subscribe("T-1");
  const alone = await medianMs(broker);
  for (let count = 0; count < 100_000; count += 1) broker.subscribe(`other-${count}`, `run-${count % 100}`);
  await broker.publish(event("T-1", "r1"));
  const amongMany = await medianMs(broker);
  expect(amongMany).toBeLessThan(alone * 5 + 1);
  // 401 were published, of which the last 64 wait.
  expect(await take(events, 64)).toHaveLength(64);
  expect(events.dropped).toBe(401 - 64);
  broker.close();
}, 120_000);

async function medianMs(broker: ForumEventBroker): Promise<number> {
  const taken: number[] = [];
  for (let count = 0; count < 200; count += 1) {
    const started = performance.now();
    await broker.publish(event("T-1", "r1"));
    taken.push(performance.now() - started);
  }
  return taken.toSorted((one, other) => one - other)[100] ?? Number.NaN;
}
