import { defineTopic, type DeliveredOn } from "@fanfare/protocol";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { memoryLog } from "../memory.ts";
import { createHub } from "./create-hub.ts";

const orders = defineTopic("orders.*", {
  "order.paid": z.object({ total: z.number() }),
  "order.closed": z.object({ at: z.string() }),
});

describe("a hub with contracts", () => {
  it("types what is published on a topic, and any event elsewhere", async () => {
    await using hub = createHub({ log: memoryLog(), topics: [orders] });
    await hub.publish("orders.eu", { type: "order.paid", data: { total: 12 } });
    await hub.publish("elsewhere", { type: "whatever", data: [1, 2] });
    // @ts-expect-error -- a total is a number
    await expect(hub.publish("orders.eu", { type: "order.paid", data: { total: "12" } })).rejects.toMatchObject({
      code: "schema_mismatch",
      message: expect.stringMatching(/^data\.total: /),
    });
    // @ts-expect-error -- no contract knows this type
    await expect(hub.publish("orders.eu", { type: "order.lost", data: {} })).rejects.toMatchObject({
      code: "schema_mismatch",
      message: expect.stringContaining("order.paid, order.closed"),
    });
  });

  it("publishes nothing of a batch in which one event does not fit", async () => {
    await using hub = createHub({ log: memoryLog(), topics: [orders] });
    const batch = [
      { type: "order.paid", data: { total: 1 } },
      { type: "order.paid", data: { total: Number.NaN } },
    ] as const;
    await expect(hub.publish("orders.eu", batch)).rejects.toMatchObject({ code: "schema_mismatch" });
    expect((await hub.read({})).entries).toEqual([]);
  });

  it("types what readers get by what the schema gives back", () => {
    const counted = defineTopic("counts.>", { count: z.object({ n: z.string().transform(Number) }) });
    expectTypeOf<DeliveredOn<typeof counted, "counts.a">["data"]>().toEqualTypeOf<{ n: number }>();
    expectTypeOf<DeliveredOn<typeof counted, "counts.a">["type"]>().toEqualTypeOf<"count">();
  });
});

describe("a subscription in process", () => {
  it("iterates deliveries, makes the next one when this one was taken, and ends with the loop", async () => {
    await using hub = createHub({ log: memoryLog() });
    for (let n = 0; n < 1_200; n += 1) await hub.publish("a", { type: "t", data: n });
    const seen: number[] = [];
    let previous: string | undefined;
    for await (const delivery of hub.subscribe({ topics: ["a"], after: "start" })) {
      expect(previous ?? delivery.prev).toBe(delivery.prev);
      previous = delivery.cursor;
      seen.push(...delivery.events.map(({ position }) => Number(position)));
      if (seen.length === 1_200) break;
    }
    expect(seen).toEqual(Array.from({ length: 1_200 }, (_, index) => index + 1));
    expect(hub.connections()).toEqual([]);
  });

  it("calls back for one delivery after the other, until it is closed", async () => {
    await using hub = createHub({ log: memoryLog() });
    await hub.publish("a", [{ type: "t" }, { type: "t" }]);
    const deliveries = hub.subscribe({ topics: ["a"], after: "start" });
    const seen: number[] = [];
    await deliveries.each(async ({ events }) => {
      seen.push(...events.map(({ position }) => Number(position)));
      if (seen.length === 2) await hub.publish("a", { type: "t" });
      else deliveries.close();
    });
    expect(seen).toEqual([1, 2, 3]);
  });

  it("says where it begins and where the log ends", async () => {
    await using hub = createHub({ log: memoryLog() });
    const { cursor } = await hub.publish("a", [{ type: "t" }, { type: "t" }]);
    const deliveries = hub.subscribe({ topics: ["b"], after: cursor.replace(/2$/, "1") });
    expect(await deliveries.opened).toMatchObject({ cursor: cursor.replace(/2$/, "1"), head: cursor, recovered: true });
    deliveries.close();
  });

  it("tells the loop why it could not be opened", async () => {
    await using hub = createHub({ log: memoryLog() });
    const deliveries = hub.subscribe({ topics: ["no spaces"] });
    await expect(deliveries.opened).rejects.toMatchObject({ code: "invalid_topic" });
    await expect(deliveries[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "invalid_topic" });
  });

  it("ends the loop when the hub closes", async () => {
    const hub = createHub({ log: memoryLog() });
    const deliveries = hub.subscribe({ topics: ["a"] });
    await deliveries.opened;
    const next = deliveries[Symbol.asyncIterator]().next();
    await hub.close();
    await expect(next).rejects.toMatchObject({ code: "unavailable" });
  });
});
