import type { Pattern } from "@fanfare/protocol";
import { describe, expect, it } from "vitest";
import { createFixture } from "../../testing/hub-fixture.ts";
import { memoryBus, memoryLog, MemoryNetwork, memoryState } from "../memory.ts";
import type { Identity } from "./identity.ts";

const reader = (sub: string, topics: readonly string[]): Identity => ({
  sub,
  kind: "user",
  grants: [{ do: ["subscribe"], topics: topics.map((topic) => topic as Pattern) }],
  profiles: [],
});

describe("consumers", () => {
  it("resume from their last ack, also after a restart", async () => {
    const log = memoryLog();
    const state = memoryState();
    const first = createFixture({ log, state });
    const joined = await first.join({ topics: ["a"], consumer: "worker" });
    await first.publish("a", 4);
    expect(joined.client.positions).toEqual([1, 2, 3, 4]);
    const cursor = joined.cursor.replace(/\d+$/, "2");
    expect(await joined.session.ack("1", cursor)).toBe(cursor);
    expect(await joined.session.ack("1", joined.cursor)).toBe(cursor);
    const second = createFixture({ log, state });
    const resumed = await second.join({ topics: ["a"], consumer: "worker" });
    expect(resumed.cursor).toBe(cursor);
    expect(resumed.client.positions).toEqual([3, 4]);
  });

  it("refuse an ack beyond what was delivered, and of nothing", async () => {
    const { join, hub } = createFixture();
    const { session, cursor } = await join({ topics: ["a"], consumer: "worker" });
    await expect(session.ack("1", cursor.replace(/\d+$/, "1"))).rejects.toMatchObject({ code: "invalid_ack" });
    await expect(hub.ack("worker", cursor.replace(/\d+$/, "1"))).rejects.toMatchObject({ code: "invalid_ack" });
    await expect(hub.ack("nobody", cursor)).rejects.toMatchObject({ code: "not_found" });
    const plain = await join({ topics: ["a"] });
    await expect(plain.session.ack("1", cursor)).rejects.toMatchObject({ code: "invalid_ack" });
  });

  it("are served to one subscription at a time: the later one takes over", async () => {
    const { join, publish } = createFixture();
    const first = await join({ topics: ["a"], consumer: "worker" });
    const second = await join({ topics: ["a"], consumer: "worker" });
    await publish("a", 1);
    expect(first.client.told).toEqual([expect.objectContaining({ kind: "ended", code: "consumer_taken" })]);
    expect(second.client.positions).toEqual([1]);
  });

  it("are limited for one sub", async () => {
    const { join } = createFixture({ limits: { consumersPerIdentity: 1 } });
    await join({ topics: ["a"], consumer: "one" });
    await expect(join({ topics: ["a"], consumer: "two" })).rejects.toMatchObject({ code: "limit_exceeded" });
    await join({ topics: ["a"], consumer: "two", identity: reader("other", ["a"]) });
  });

  it("are told again of a scope that changed until they acknowledge under it", async () => {
    const { join, publish } = createFixture();
    const narrow = { topics: ["a"], filter: { exact: { k: "1" } }, consumer: "worker" };
    const first = await join(narrow);
    await publish("a", 2, { k: "1" });
    await first.session.ack("1", first.client.deliveries.at(-1)?.cursor ?? "");
    first.session.closed();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const wide = await join({ topics: ["a"], consumer: "worker" });
      expect(wide.recovered).toBe(false);
      expect(wide.client.deliveries[0]?.gap).toEqual({ reason: "scope", from: 0, to: 2 });
      wide.session.closed();
    }
    const wide = await join({ topics: ["a"], consumer: "worker" });
    await wide.session.ack("1", wide.cursor);
    wide.session.closed();
    expect((await join({ topics: ["a"], consumer: "worker" })).recovered).toBe(true);
  });

  it("stay where they are while a subscription reads from elsewhere", async () => {
    const { join, publish } = createFixture();
    const first = await join({ topics: ["a"], filter: { exact: { k: "1" } }, consumer: "worker" });
    await publish("a", 2, { k: "1" });
    const elsewhere = await join({ topics: ["a"], consumer: "worker", after: "now" });
    elsewhere.session.closed();
    const again = await join({ topics: ["a"], filter: { exact: { k: "1" } }, consumer: "worker" });
    expect(again.cursor).toBe(first.cursor);
    expect(again.recovered).toBe(true);
    expect(again.client.positions).toEqual([1, 2]);
  });

  it("are served by exactly one of two processes that take them at the same time", async () => {
    const [log, state, network] = [memoryLog(), memoryState(), new MemoryNetwork()];
    const hubs = [0, 1].map(() => createFixture({ log, state, bus: memoryBus(network) }));
    for (let round = 0; round < 20; round += 1) {
      const joined = await Promise.all(hubs.map(({ join }) => join({ topics: ["a"], consumer: "worker" })));
      for (const { runtime } of hubs) await runtime.settle();
      const ended = joined.filter(({ client }) => client.told.some(({ kind }) => kind === "ended"));
      expect(ended.length).toBe(1);
      for (const { session } of joined) session.closed();
    }
  });
});
