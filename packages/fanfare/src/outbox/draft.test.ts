import { FanfareError } from "@fanfare/protocol";
import { expect, test } from "vitest";
import { nodeRuntime } from "../hub/node-runtime.ts";
import { seededRuntime } from "../testing/seeded-runtime.ts";
import { KEY_BYTES, outboxRow } from "./draft.ts";
import { KEY_RANGES, keyRange } from "./key-range.ts";

test("a row holds the event as it will be published every time", () => {
  const runtime = seededRuntime(1);
  const row = outboxRow(
    "orders.eu",
    { type: "order.paid", attributes: { vip: true }, data: { total: 12 } },
    { runtime },
  );
  expect(row).toEqual({
    id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7/),
    key: "orders.eu",
    key_range: keyRange("orders.eu", runtime),
    topic: "orders.eu",
    type: "order.paid",
    time: new Date(runtime.now()).toISOString(),
    attributes: '{"vip":true}',
    data: '{"total":12}',
    added_at: runtime.now(),
  });
});

test("what the publisher gives is kept", () => {
  const row = outboxRow("a", { id: "mine", type: "t", time: "2026-01-31T13:00:00+01:00" }, { key: "order 7" });
  expect(row).toMatchObject({ id: "mine", time: "2026-01-31T12:00:00.000Z", key: "order 7", data: "null" });
});

test("keys are spread over all ranges, and a key always falls into the same", () => {
  const keys = Array.from({ length: 1_000 }, (_, index) => `order ${index}`);
  const ranges = keys.map((key) => keyRange(key, nodeRuntime));
  expect(new Set(ranges).size).toBe(KEY_RANGES);
  expect(Math.min(...ranges)).toBe(0);
  expect(Math.max(...ranges)).toBe(KEY_RANGES - 1);
  expect(keys.map((key) => keyRange(key, nodeRuntime))).toEqual(ranges);
});

test.for([
  ["orders..eu", { type: "t" }, {}, "invalid_topic"],
  ["a", { type: "no type" }, {}, "invalid_event"],
  ["a", { type: "t", data: "x".repeat(300_000) }, {}, "payload_too_large"],
  ["a", { type: "t" }, { key: "" }, "invalid_request"],
  ["a", { type: "t" }, { key: "a\0b" }, "invalid_request"],
  ["a", { type: "t" }, { key: "\ud800" }, "invalid_request"],
  ["a", { type: "t" }, { key: "é".repeat(KEY_BYTES / 2 + 1) }, "invalid_request"],
] as const)("refuses %j %j %j", ([topic, event, options, code]) => {
  expect(() => outboxRow(topic, event, options)).toThrow(expect.objectContaining({ code }));
});

test("names the limit of a key", () => {
  expect(() => outboxRow("a", { type: "t" }, { key: "k".repeat(257) })).toThrow(
    new FanfareError("invalid_request", "key: has 257 bytes, at most 256 are allowed"),
  );
  expect(outboxRow("a", { type: "t" }, { key: "k".repeat(256) }).key).toHaveLength(256);
});
