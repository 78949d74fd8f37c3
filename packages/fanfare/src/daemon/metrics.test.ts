import { toEpoch, toPosition } from "@fanfare/protocol";
import { expect, test } from "vitest";
import type { HubHealth } from "../core/hub.ts";
import { memoryLog } from "../stores/memory/log.ts";
import { measuredLog } from "./measured-log.ts";
import { createMetrics } from "./metrics.ts";

const health: HubHealth = {
  log: {
    epoch: toEpoch("k3x"),
    first: toPosition(3),
    last: toPosition(9),
    capabilities: { name: "memory", idempotency: "log", sync: "none", shared: false },
    writable: true,
  },
  head: 8,
  connections: 5,
  subscriptions: 7,
  stalled: 1,
  draining: false,
  totals: { published: 10, duplicates: 2, delivered: 30, dropped: 4, signals: 6, gaps: 1, replays: 11 },
};

test("the hub's totals are counters and its state is gauges, however often they are read", async () => {
  const metrics = createMetrics();
  await metrics.text(health);
  const text = await metrics.text(health);
  expect(text).toContain("# TYPE fanfare_published_events_total counter\nfanfare_published_events_total 10\n");
  expect(text).toContain("fanfare_dropped_events_total 4\n");
  expect(text).toContain("# TYPE fanfare_connections gauge\nfanfare_connections 5\n");
  expect(text).toContain("fanfare_stalled_connections 1\n");
  expect(text).toContain("fanfare_log_last_position 9\n");
  expect(text).toContain("fanfare_log_writable 1\n");
  expect(text).toContain("nodejs_eventloop_lag_p99_seconds");
});

test("two daemons of one process keep their figures apart", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.appended(0.003);
  expect(await one.text(health)).toContain("fanfare_log_append_seconds_count 1\n");
  expect(await other.text({ ...health, connections: 0 })).toMatch(/fanfare_log_append_seconds_count 0\n[^]*/);
  expect(await one.text(health)).toContain("fanfare_connections 5\n");
});

test("a measured log times appends and reads, failed ones too", async () => {
  const told: string[] = [];
  const times = { appended: () => told.push("append"), read: () => told.push("read") };
  const log = measuredLog(memoryLog(), times);
  await log.append([]);
  await log.read({ topics: [], after: toPosition(0), limit: 1, scan: 1, bytes: 1 });
  await log.close();
  await expect(log.append([])).rejects.toThrow("closed");
  expect(told).toEqual(["append", "read", "append"]);
});
