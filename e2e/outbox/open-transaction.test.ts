import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { createHub, type Hub } from "fanfare";
import { sqliteOutbox, sqliteOutboxStore, startRelay, type SqliteOutbox } from "fanfare/outbox";
import { sqliteLog } from "fanfare/sqlite";
import { expect, onTestFinished, test } from "vitest";

const OPEN_MS = 5_000;
/** Waiting for the open transaction would take all of its five seconds; a busy machine takes its time, too. */
const BOUND_MS = 3_000;

interface App {
  readonly db: DatabaseSync;
  readonly outbox: SqliteOutbox;
}

test("a transaction that is open for five seconds delays no publish, no other application and no timer", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fanfare-open-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const hub = createHub({ log: sqliteLog(join(folder, "log.db")) });
  onTestFinished(() => hub.close());
  const [slow, quick] = [open(join(folder, "slow.db"), hub), open(join(folder, "quick.db"), hub)];
  const arrived = follow(hub);
  const delays = monitorEventLoopDelay({ resolution: 5 });
  const times: number[] = [];
  const time = async (work: () => unknown): Promise<void> => {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  };

  // The relay has work to do, and finds the database locked.
  slow.outbox.transaction(() => slow.outbox.add("slow", { id: "before", type: "made" }));
  slow.db.exec("BEGIN IMMEDIATE");
  slow.outbox.add("slow", { id: "slow", type: "made" });
  delays.enable();
  const end = performance.now() + OPEN_MS;
  for (let round = 0; performance.now() < end; round += 1) {
    await time(() => hub.publish("direct", { type: "made" }));
    await time(async () => {
      quick.outbox.transaction(() => quick.outbox.add("quick", { id: `quick ${round}`, type: "made" }));
      await arrived(`quick ${round}`);
    });
  }
  delays.disable();
  expect(times.length).toBeGreaterThan(20);
  expect(Math.max(...times)).toBeLessThan(BOUND_MS);
  expect(delays.max / 1e6).toBeLessThan(BOUND_MS);

  slow.db.exec("COMMIT");
  await time(() => Promise.all([arrived("before"), arrived("slow")]));
  expect(times.at(-1)).toBeLessThan(2 * BOUND_MS);
});

function open(file: string, hub: Hub): App {
  const store = sqliteOutboxStore(file);
  const db = new DatabaseSync(file);
  const relay = startRelay({ store, publisher: hub });
  onTestFinished(async () => {
    await relay.close();
    await store.close();
    db.close();
  });
  return { db, outbox: sqliteOutbox(db, store) };
}

/** Answers a function that waits until an event with that id was delivered. */
function follow(hub: Hub): (id: string) => Promise<void> {
  const seen = new Set<string>();
  const waiting = new Map<string, () => void>();
  const deliveries = hub.subscribe({ topics: [">"], after: "start" });
  onTestFinished(() => deliveries.close());
  void deliveries.each(({ events }) => {
    for (const { id } of events) {
      seen.add(id);
      waiting.get(id)?.();
    }
  });
  return async (id) => {
    if (!seen.has(id)) await new Promise<void>((resolve) => void waiting.set(id, resolve));
  };
}
