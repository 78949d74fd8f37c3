import { DatabaseSync } from "node:sqlite";
import { FanfareError } from "@fanfare/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import { FaultyLog } from "../../testing/faulty-log.ts";
import { seededRuntime, type SeededRuntime } from "../testing/seeded-runtime.ts";
import type { RelayFigures } from "./figures.ts";
import { retryRows } from "./operations.ts";
import type { RelayOptions } from "./options.ts";
import { startRelay, type Relay } from "./relay.ts";
import { sqliteOutbox, type SqliteOutbox } from "./sqlite/outbox.ts";
import { sqliteOutboxStore, type SqliteOutboxStore } from "./sqlite/store.ts";
import { OutboxBusyError, type SettleAsk } from "./store.ts";

const DAY_MS = 86_400_000;

interface Bench {
  readonly runtime: SeededRuntime;
  readonly db: DatabaseSync;
  readonly store: SqliteOutboxStore;
  readonly outbox: SqliteOutbox;
  readonly log: FaultyLog;
  readonly errors: FanfareError[];
  relay(options?: Partial<RelayOptions>): Relay;
  add(...events: readonly (readonly [topic: string, id: string, key?: string])[]): void;
}

function bench(seed = 1): Bench {
  const runtime = seededRuntime(seed);
  const db = new DatabaseSync(":memory:");
  const store = sqliteOutboxStore(db);
  const outbox = sqliteOutbox(db, store, { runtime });
  const log = new FaultyLog(runtime);
  const errors: FanfareError[] = [];
  return {
    runtime,
    db,
    store,
    outbox,
    log,
    errors,
    relay: (options = {}) => {
      const relay = startRelay({ store, publisher: log, runtime, onError: (error) => errors.push(error), ...options });
      onTestFinished(() => void relay.close());
      return relay;
    },
    add: (...events) =>
      outbox.transaction(() => {
        for (const [topic, id, key = topic] of events) outbox.add(topic, { id, type: "test.made" }, { key });
      }),
  };
}

const refusal = new FanfareError("schema_mismatch", "data: will not do");

describe("a relay", () => {
  test("publishes what is committed, in order, and once", async () => {
    const { runtime, log, store, add, relay } = bench();
    relay();
    add(["a", "1"], ["b", "2"], ["a", "3"]);
    await runtime.advance(50);
    add(["b", "4"]);
    await runtime.advance(50);
    expect(log.ids.filter((id) => id !== "2" && id !== "4")).toEqual(["1", "3"]);
    expect(log.ids.toSorted()).toEqual(["1", "2", "3", "4"]);
    expect(log.calls.flat()).toHaveLength(4);
    expect(await store.figures({ now: runtime.now() })).toMatchObject({ sent: 4, pending: 0, totals: { sent: 4 } });
  });

  test("is woken at the commit, long before it would look by itself", async () => {
    const { runtime, log, add, relay } = bench();
    relay({ pollMs: 60_000 });
    await runtime.advance(10);
    add(["a", "1"]);
    await runtime.settle();
    await runtime.advance(5);
    expect(log.ids).toEqual(["1"]);
  });

  test("finds what nobody told it of when it looks by itself", async () => {
    const { runtime, db, log, relay } = bench();
    relay({ pollMs: 500 });
    await runtime.advance(10);
    db.exec(`INSERT INTO fanfare_outbox (id, key, key_range, topic, type, time, attributes, data, added_at)
             VALUES ('1', 'a', 0, 'a', 'test.made', '2026-01-31T12:00:00.000Z', '{}', 'null', 0)`);
    await runtime.advance(400);
    expect(log.ids).toEqual([]);
    await runtime.advance(200);
    expect(log.ids).toEqual(["1"]);
  });

  test("takes at most `batch` rows at once and goes on until nothing is left", async () => {
    const { runtime, log, add, relay } = bench();
    add(...Array.from({ length: 25 }, (_, index) => ["a", String(index)] as const));
    relay({ batch: 10 });
    await runtime.advance(20);
    expect(log.calls.map((ids) => ids.length)).toEqual([10, 10, 5]);
    expect(log.ids).toEqual(Array.from({ length: 25 }, (_, index) => String(index)));
  });

  test("finds the bad one of a refused batch; its key waits, other keys and what was before it do not", async () => {
    const { runtime, log, store, add, relay } = bench();
    log.poison = ({ id }) => (id === "2" ? refusal : undefined);
    add(["a", "1", "k"], ["a", "2", "k"], ["a", "3", "k"], ["a", "4", "other"]);
    relay({ retryBaseMs: 10_000 });
    await runtime.advance(10);
    expect(log.ids).toEqual(["1", "4"]);
    const figures = await store.figures({ now: runtime.now() });
    expect(figures).toMatchObject({ sent: 2, failed: 1, pending: 1 });
    expect(figures.lastError?.message).toBe("schema_mismatch: data: will not do");
  });

  test("sets a row aside after `maxAttempts` refusals, tells of it, and lets its key go on", async () => {
    const { runtime, log, store, errors, add, relay } = bench();
    log.poison = ({ id }) => (id === "1" ? refusal : undefined);
    add(["a", "1"], ["a", "2"]);
    relay({ maxAttempts: 3, retryMaxMs: 1_000 });
    await runtime.advance(10_000);
    expect(log.ids).toEqual(["2"]);
    expect(await store.list({ state: "dead", after: 0, limit: 9 })).toMatchObject([{ id: "1", attempts: 3 }]);
    expect(errors.map(({ message }) => message)).toEqual(["outbox: row 1 is dead: schema_mismatch: data: will not do"]);
    log.poison = () => undefined;
    expect(await retryRows(store, "dead", { runtime })).toEqual([{ number: 1, kind: "retried", id: "1" }]);
    await runtime.advance(1_000);
    expect(log.ids).toEqual(["2", "1"]);
  });

  test("makes no row dead because of an unreachable log, and says once that it is", async () => {
    const { runtime, log, errors, add, relay } = bench();
    log.behave = () => "silent";
    add(["a", "1"], ["b", "2"], ["a", "3"]);
    const running = relay({ maxAttempts: 1, retryMaxMs: 5_000 });
    await runtime.advance(DAY_MS / 24);
    const silent = await running.figures();
    expect(silent).toMatchObject({ dead: 0, sent: 0 });
    expect(silent.consecutiveErrors).toBeGreaterThan(100);
    expect(errors.map(({ message }) => message)).toEqual(["relay: connection refused"]);
    log.behave = () => "takes";
    await runtime.advance(20_000);
    expect(log.ids.toSorted()).toEqual(["1", "2", "3"]);
    expect(await running.figures()).toMatchObject({ sent: 3, consecutiveErrors: 0 });
  });

  test("asks an unreachable log less and less often", async () => {
    const { runtime, log, add, relay } = bench();
    log.behave = () => new FanfareError("unavailable", "the log cannot be written");
    add(...Array.from({ length: 50 }, (_, index) => [`t${index}`, String(index)] as const));
    relay({ batch: 1, retryBaseMs: 100, retryMaxMs: 60_000 });
    await runtime.advance(100_000);
    // Without slowing down it would be hundreds, as other rows are due all the time.
    expect(log.calls.length).toBeLessThan(30);
    expect(log.calls.length).toBeGreaterThan(3);
  });

  test("leaves an unreachable log alone also when rows are added meanwhile", async () => {
    const { runtime, log, add, relay } = bench();
    log.behave = () => "silent";
    relay({ retryBaseMs: 60_000, retryMaxMs: 60_000 });
    for (let index = 0; index < 100; index += 1) {
      add(["a", String(index), `k${index}`]);
      await runtime.advance(50);
    }
    expect(log.calls.length).toBeLessThan(4);
  });

  test("asks a log that was silent with one row, and goes on with all once it answers", async () => {
    const { runtime, log, add, relay } = bench();
    log.behave = () => "silent";
    add(...Array.from({ length: 30 }, (_, index) => ["a", String(index), `k${index}`] as const));
    relay();
    await runtime.advance(300);
    expect(log.calls.slice(0, 2).map((ids) => ids.length)).toEqual([30, 1]);
    log.behave = () => "takes";
    await runtime.advance(10_000);
    expect(log.ids).toHaveLength(30);
  });

  test("publishes again after a lost answer, which the log knows for a duplicate", async () => {
    const { runtime, log, store, add, relay } = bench();
    let lost = 0;
    log.behave = () => ((lost += 1) === 1 ? "lost answer" : "takes");
    add(["a", "1"], ["a", "2"]);
    relay();
    await runtime.advance(5_000);
    expect(log.ids).toEqual(["1", "2"]);
    expect((await store.figures({ now: runtime.now() })).totals).toEqual({ sent: 2, duplicates: 2, died: 0 });
  });

  test("gives up waiting for an answer when its lease ends", async () => {
    const { runtime, log, add, relay } = bench();
    let calls = 0;
    log.behave = () => ((calls += 1) === 1 ? "hangs and takes" : "takes");
    add(["a", "1"]);
    relay({ leaseMs: 1_000 });
    await runtime.advance(900);
    expect(log.calls).toHaveLength(1);
    await runtime.advance(2_000);
    expect(log.calls).toHaveLength(2);
    expect(log.ids).toEqual(["1"]);
  });

  test("keeps trying to write what became of its rows while somebody holds the database", async () => {
    const { runtime, log, store, add, relay } = bench();
    let busy = 40;
    const settle = (ask: SettleAsk): Promise<number> => {
      if ((busy -= 1) > 0) throw new OutboxBusyError(undefined);
      return store.settle(ask);
    };
    add(["a", "1"]);
    const running = relay({ store: { ...bound(store), settle: async (ask) => settle(ask) } });
    await runtime.advance(3_000);
    expect(busy).toBe(0);
    expect(log.calls).toEqual([["1"]]);
    expect(await running.figures()).toMatchObject({ sent: 1, consecutiveErrors: 0 });
  });

  test("survives a table that fails, says so once, and goes on when it is back", async () => {
    const { runtime, log, store, errors, add, relay } = bench();
    let broken = true;
    const due = async (ask: { readonly now: number }): Promise<boolean> => {
      if (broken) throw new Error("disk I/O error");
      return store.due(ask);
    };
    add(["a", "1"]);
    const running = relay({ store: { ...bound(store), due } });
    await runtime.advance(60_000);
    expect(errors.map(({ message }) => message)).toEqual(["relay: disk I/O error"]);
    expect((await running.figures()).consecutiveErrors).toBeGreaterThan(3);
    broken = false;
    await runtime.advance(60_000);
    expect(log.ids).toEqual(["1"]);
    expect((await running.figures()).consecutiveErrors).toBe(0);
  });

  test("does not publish by itself what the log may have had and forgotten", async () => {
    const { runtime, log, store, add, relay } = bench();
    log.behave = () => "lost answer";
    add(["a", "1"], ["b", "2"]);
    const running = relay();
    await runtime.advance(10);
    await running.close();
    expect(log.ids.toSorted()).toEqual(["1", "2"]);
    await runtime.advance(31 * DAY_MS);
    log.forget();
    log.behave = () => "takes";
    relay();
    await runtime.advance(60_000);
    expect(log.ids).toEqual([]);
    expect(await store.figures({ now: runtime.now() })).toMatchObject({ dead: 2 });
    const [verdict] = await retryRows(store, [1], { runtime });
    expect(verdict).toMatchObject({ kind: "refused", reason: expect.stringContaining("new id") });
    await retryRows(store, [1], { runtime, newId: true });
    await runtime.advance(60_000);
    expect(log.events).toMatchObject([{ topic: "a" }]);
    expect(log.ids).not.toContain("1");
  });

  test("publishes a row that waited for longer than the log remembers, when the log surely never had it", async () => {
    const { runtime, log, add, relay } = bench();
    add(["a", "1"]);
    log.poison = () => refusal;
    const first = relay();
    await runtime.advance(10);
    await first.close();
    await runtime.advance(31 * DAY_MS);
    log.poison = () => undefined;
    relay();
    await runtime.advance(1_000);
    expect(log.ids).toEqual(["1"]);
  });

  test("sets a row aside at once that is not even JSON", async () => {
    const { runtime, db, log, store, add, relay } = bench();
    add(["a", "1"], ["a", "2"]);
    db.exec("UPDATE fanfare_outbox SET data = 'no JSON' WHERE id = '1'");
    relay();
    await runtime.advance(100);
    expect(log.ids).toEqual(["2"]);
    expect(await store.list({ state: "dead", after: 0, limit: 9 })).toMatchObject([{ id: "1" }]);
  });

  test("deletes sent rows when they have been kept long enough", async () => {
    const { runtime, store, add, relay } = bench();
    relay({ sentKeepMs: 60_000 });
    add(["a", "1"], ["b", "2"]);
    await runtime.advance(50_000);
    expect((await store.figures({ now: runtime.now() })).sent).toBe(2);
    await runtime.advance(30_000);
    expect((await store.figures({ now: runtime.now() })).sent).toBe(0);
  });

  test("takes over the rows of a relay that died in the middle, when the lease ends", async () => {
    const { runtime, log, store, add, relay } = bench();
    add(["a", "1"]);
    // The dead one has leased and will never say anything again.
    await store.claim({ relay: "dead", now: runtime.now(), leaseMs: 5_000 });
    await store.lease({ relay: "dead", now: runtime.now(), leaseMs: 5_000, limit: 10 });
    relay();
    await runtime.advance(4_900);
    expect(log.ids).toEqual([]);
    await runtime.advance(1_000);
    expect(log.ids).toEqual(["1"]);
  });

  test("shares the keys with another relay, and leaves them all to it when it closes", async () => {
    const { runtime, log, add, relay } = bench();
    const first = relay({ leaseMs: 3_000 });
    const second = relay({ leaseMs: 3_000 });
    for (let round = 0; round < 300; round += 1) {
      add([`t${round % 40}`, String(round)]);
      await runtime.advance(50);
    }
    const [one, two] = [await first.figures(), await second.figures()];
    expect([one.ranges, two.ranges]).toEqual([8, 8]);
    expect(log.calls.flat()).toHaveLength(300);
    await first.close();
    for (let round = 300; round < 400; round += 1) {
      add([`t${round % 40}`, String(round)]);
      await runtime.advance(50);
    }
    expect((await second.figures()).ranges).toBe(16);
    expect(log.ids).toHaveLength(400);
  });

  test("writes nothing while there is nothing to do", async () => {
    const { runtime, db, add, relay } = bench();
    relay({ sentKeepMs: DAY_MS });
    add(["a", "1"]);
    await runtime.advance(60_000);
    const before = db.prepare("SELECT total_changes() AS changes").get();
    await runtime.advance(600_000);
    expect(db.prepare("SELECT total_changes() AS changes").get()).toEqual(before);
  });

  test("tells its summary while something changes, and not more often than asked", async () => {
    const { runtime, add, relay } = bench();
    const told: RelayFigures[] = [];
    relay({ summaryMs: 1_000, onSummary: (figures) => told.push(figures) });
    await runtime.advance(5_000);
    expect(told).toEqual([]);
    for (let round = 0; round < 30; round += 1) {
      add(["a", String(round)]);
      await runtime.advance(100);
    }
    await runtime.advance(10_000);
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told.length).toBeLessThanOrEqual(4);
    expect(told.at(-1)?.totals.sent).toBe(30);
  });

  test("finishes its turn when it is closed, and does nothing after that", async () => {
    const { runtime, log, store, add, relay } = bench();
    const running = relay();
    add(["a", "1"]);
    await runtime.settle();
    const closed = running.close();
    await runtime.advance(10);
    await closed;
    expect(await store.figures({ now: runtime.now() })).toMatchObject({ sent: 1, leased: 0 });
    add(["a", "2"]);
    await runtime.advance(10_000);
    expect(log.ids).toEqual(["1"]);
  });

  test.for([
    [{ batch: 0 }, "batch: must be a whole number from 1 to 1000"],
    [{ batch: 1_001 }, "batch: must be a whole number from 1 to 1000"],
    [{ pollMs: 9 }, "pollMs: must be a whole number from 10 to 60000"],
    [{ leaseMs: 1.5 }, "leaseMs: must be a whole number from 100 to 600000"],
    [{ maxAttempts: 0 }, "maxAttempts: must be a whole number from 1 to 1000"],
    [{ retryBaseMs: 0 }, "retryBaseMs: must be a whole number from 1 to 60000"],
    [{ retryMaxMs: 100 }, "retryMaxMs: must be at least retryBaseMs"],
    [{ sentKeepMs: -1 }, "sentKeepMs: must be a whole number from 0 to 34560000000"],
    [{ idMemoryMs: 0 }, "idMemoryMs: must be a whole number from 3600000 to 34560000000"],
    [{ summaryMs: 0 }, "summaryMs: must be a whole number from 10 to 86400000"],
  ] as const)("refuses %j", ([settings, message]) => {
    expect(() => bench().relay(settings)).toThrow(new FanfareError("invalid_request", message));
  });
});

/** A store whose methods can be spread. */
function bound(store: SqliteOutboxStore): SqliteOutboxStore {
  return {
    due: (ask) => store.due(ask),
    claim: (ask) => store.claim(ask),
    resign: (relay) => store.resign(relay),
    lease: (ask) => store.lease(ask),
    settle: (ask) => store.settle(ask),
    sweep: (ask) => store.sweep(ask),
    follow: (listener) => store.follow(listener),
    figures: (ask) => store.figures(ask),
    list: (ask) => store.list(ask),
    amend: (numbers, decide) => store.amend(numbers, decide),
    ring: () => store.ring(),
    close: () => store.close(),
  };
}
