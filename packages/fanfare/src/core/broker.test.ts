import type { Pattern, Topic } from "@fanfare/protocol";
import { describe, expect, it } from "vitest";
import { createFixture, RecordingWire } from "../../testing/hub-fixture.ts";
import { memoryLog } from "../memory.ts";
import type { Log } from "./ports/log.ts";

describe("the broker", () => {
  it("writes an event to every subscriber as one chunk, encoded once", async () => {
    const { join, publish } = createFixture();
    const wire = new RecordingWire();
    const joined = await Promise.all(Array.from({ length: 100 }, () => join({ topics: ["a.>"], wire })));
    await publish("a.b", 1);
    expect(wire.encoded).toBe(1);
    for (const { client } of joined) expect(client.positions).toEqual([1]);
    expect(new Set(joined.map(({ client }) => client.told[0])).size).toBe(1);
  });

  it("brings subscribers that joined at different cursors to one chunk after their first common event", async () => {
    const { join, publish } = createFixture();
    const wire = new RecordingWire();
    const early = await join({ topics: ["a.>"], wire });
    await publish("other", 1);
    const late = await join({ topics: ["a.>"], wire });
    await publish("a.b", 1);
    expect(wire.encoded).toBe(2);
    await publish("a.b", 1);
    expect(wire.encoded).toBe(3);
    expect(early.client.told.at(-1)).toBe(late.client.told.at(-1));
  });

  it("never lets subscriptions of different ids, filters or policies share a chunk", async () => {
    const { join, publish, hub, runtime } = createFixture();
    const wire = new RecordingWire();
    const all = await join({ topics: ["a.>"], wire });
    const some = await join({ topics: ["a.>"], wire, filter: { exact: { n: "1" } } });
    const opening = await all.session.subscribe({ subscription: "2", topics: ["a.>"] });
    opening.start();
    await runtime.settle();
    await hub.publish("a.b", [
      { type: "t", attributes: { n: 1 } },
      { type: "t", attributes: { n: 2 } },
    ]);
    await publish("a.b", 1, { n: 1 });
    expect(some.client.positions).toEqual([1, 3]);
    expect(
      all.client.deliveries.filter(({ subscription }) => subscription === "1").flatMap(({ entries }) => entries).length,
    ).toBe(3);
    expect(
      all.client.deliveries.filter(({ subscription }) => subscription === "2").flatMap(({ entries }) => entries).length,
    ).toBe(3);
  });

  it("writes once a connection and tick, however many events and subscriptions", async () => {
    const { join, hub, runtime } = createFixture();
    const { client, session } = await join({ topics: ["a.>"] });
    const second = await session.subscribe({ subscription: "2", topics: ["a.b"] });
    second.start();
    await runtime.settle();
    const before = client.writes.length;
    await Promise.all(Array.from({ length: 10 }, (_, n) => hub.publish("a.b", { type: "t", data: n })));
    await runtime.settle();
    expect(client.writes.length - before).toBe(1);
    expect(client.writes.at(-1)?.length).toBe(2);
  });

  it("chains deliveries by prev and cursor over events that did not match", async () => {
    const { join, publish } = createFixture();
    const { client, cursor } = await join({ topics: ["a"] });
    await publish("b", 3);
    await publish("a", 1);
    await publish("b", 2);
    await publish("a", 1);
    const [first, second] = client.deliveries;
    expect(first?.prev).toBe(cursor);
    expect(second?.prev).toBe(first?.cursor);
    expect(client.positions).toEqual([4, 7]);
  });

  it("tells by heartbeat how far a subscription is complete although nothing matched", async () => {
    const { join, publish, runtime } = createFixture({ heartbeatMs: 15_000 });
    const { client, cursor } = await join({ topics: ["a"] });
    await publish("b", 5);
    expect(client.writes).toEqual([]);
    await runtime.advance(15_000);
    expect(client.deliveries).toEqual([
      expect.objectContaining({ prev: cursor, entries: [], cursor: cursor.replace(/0$/, "5") }),
    ]);
    await publish("a", 1);
    expect(client.deliveries.at(-1)?.prev).toBe(client.deliveries[0]?.cursor);
  });

  it("goes on from memory and from the log with a reader that stalled, losing and repeating nothing", async () => {
    // A tail of two kilobytes holds but a few events: most of what is missed comes from the log.
    const { join, publish, runtime } = createFixture({ tailBytes: 2_000 });
    const { client, session } = await join({ topics: ["a.>"], after: "start" });
    client.takes = false;
    await publish("a.b", 200);
    const written = client.writes.length;
    expect(written).toBe(1);
    client.takes = true;
    session.ready();
    await runtime.settle();
    expect(client.positions).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    expect(client.deliveries.slice(1).map(({ prev }) => prev)).toEqual(
      client.deliveries.slice(0, -1).map(({ cursor }) => cursor),
    );
  });

  it("writes nothing to a connection that is not ready, and one tick's worth each time it is", async () => {
    const { join, publish, runtime } = createFixture({ flushEvents: 10 });
    const { client, session } = await join({ topics: ["a"] });
    client.takes = false;
    await publish("a", 35);
    expect(client.writes.length).toBe(1);
    const sizes = [];
    for (let round = 0; round < 3; round += 1) {
      session.ready();
      await runtime.settle();
      sizes.push(client.deliveries.at(-1)?.entries.length);
    }
    expect(client.writes.length).toBe(4);
    expect(sizes).toEqual([10, 10, 5]);
    expect(client.positions).toEqual(Array.from({ length: 35 }, (_, index) => index + 1));
  });

  it("closes a connection that takes nothing for the stall timeout, asking it to come back with its cursor", async () => {
    const { join, publish, runtime } = createFixture({ stallTimeoutMs: 30_000 });
    const { client } = await join({ topics: ["a"] });
    const reading = await join({ topics: ["a"] });
    client.takes = false;
    await publish("a", 1);
    await runtime.advance(29_000);
    expect(client.closed).toBeUndefined();
    await runtime.advance(2_000);
    expect(client.closed).toEqual({ code: 4408, message: "stalled: come back with your cursor" });
    expect(reading.client.closed).toBeUndefined();
  });

  it("gives each of several subscriptions that are behind its turn on one connection", async () => {
    const { join, publish, runtime } = createFixture({ flushEvents: 10 });
    const { client, session } = await join({ topics: ["a"] });
    await publish("a", 30);
    for (const id of ["2", "3"]) (await session.subscribe({ subscription: id, topics: ["a"], after: "start" })).start();
    await runtime.settle();
    for (const id of ["2", "3"]) {
      const own = client.deliveries.filter(({ subscription }) => subscription === id);
      expect(own.flatMap(({ entries }) => entries).length).toBe(30);
    }
    const order = client.deliveries.map(({ subscription }) => subscription).filter((id) => id !== "1");
    expect(order.slice(0, 4)).toEqual(["2", "3", "2", "3"]);
  });

  it("reads a stretch of the log once for all who replay it", async () => {
    const { join, publish, hub, runtime } = createFixture({ tailBytes: 1 });
    await publish("a", 100);
    const clients = await Promise.all(Array.from({ length: 50 }, () => join({ topics: ["a"], after: "start" })));
    await runtime.settle();
    for (const { client } of clients) expect(client.positions.length).toBe(100);
    const { totals } = await hub.health();
    expect(totals.replays).toBeLessThan(5);
  });
});

describe("events that retention took before they were told", () => {
  it("are told as a gap to live subscribers, who then go on", async () => {
    const log = memoryLog();
    const deaf: Log = {
      capabilities: log.capabilities,
      append: (batch) => log.append(batch),
      read: (request) => log.read(request),
      bounds: () => log.bounds(),
      topics: (request) => log.topics(request),
      follow: (listener) =>
        log.follow((records) => listener(records.filter(({ position }) => position !== 2 && position !== 3))),
      trim: (request) => log.trim(request),
      close: () => log.close(),
    };
    const { join, publish, runtime } = createFixture({ log: deaf });
    const { client } = await join({ topics: ["a"] });
    const elsewhere = await join({ topics: ["b"] });
    await publish("a", 1);
    const draft = { topic: "a" as Topic, type: "t", time: "2026-01-31T12:00:00.000Z", attributes: {}, data: "1" };
    await log.append([
      { ...draft, id: "x" },
      { ...draft, id: "y" },
    ]);
    await log.trim({ rules: [{ topics: "a" as Pattern, maxEvents: 0 }], now: 0 });
    await publish("a", 2);
    await runtime.settle();
    expect(client.positions).toEqual([1, 4, 5]);
    expect(client.deliveries.map(({ gap }) => gap).filter((gap) => gap !== undefined)).toEqual([
      { reason: "trimmed", from: 1, to: 3 },
    ]);
    expect(client.deliveries.slice(1).map(({ prev }) => prev)).toEqual(
      client.deliveries.slice(0, -1).map(({ cursor }) => cursor),
    );
    expect(elsewhere.client.deliveries).toEqual([]);
  });
});

describe("policies", () => {
  it("latest keeps the newest of what waited and counts the rest exactly", async () => {
    const { join, publish, runtime } = createFixture();
    const { client, session } = await join({ topics: ["a"], delivery: { policy: "latest", keep: 2 } });
    client.takes = false;
    await publish("a", 1);
    await publish("b", 3);
    await publish("a", 20);
    client.takes = true;
    session.ready();
    await runtime.settle();
    const last = client.deliveries.at(-1);
    expect(client.positions).toEqual([1, 23, 24]);
    expect(last?.gap).toEqual({ reason: "slow", from: 4, to: 22, dropped: 18 });
  });

  it("latest sends a ready reader everything", async () => {
    const { join, publish } = createFixture();
    const { client } = await join({ topics: ["a"], delivery: { policy: "latest", keep: 1 } });
    await publish("a", 20);
    expect(client.positions.length).toBe(20);
    expect(client.deliveries.every(({ gap }) => gap === undefined)).toBe(true);
  });

  it("conflate keeps the newest of each key and every event without the key", async () => {
    const { join, publish, runtime } = createFixture();
    const { client, session } = await join({ topics: ["a"], delivery: { policy: "conflate", key: "k" } });
    client.takes = false;
    await publish("a", 1);
    for (let n = 0; n < 5; n += 1) {
      await publish("a", 1, { k: "x" });
      await publish("a", 1, { k: "y" });
    }
    await publish("a", 2);
    client.takes = true;
    session.ready();
    await runtime.settle();
    expect(client.positions).toEqual([1, 10, 11, 12, 13]);
    expect(client.deliveries.at(-1)?.gap).toEqual({ reason: "superseded", from: 1, to: 13, dropped: 8 });
  });
});
