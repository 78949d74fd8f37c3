import { DatabaseSync } from "node:sqlite";
import { FanfareError } from "@fanfare/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import { scratchFolder } from "../../../testing/scratch-folder.ts";
import { memoryLog } from "../../memory.ts";
import { createHub } from "../../hub/create-hub.ts";
import { startRelay } from "../relay.ts";
import { OutboxBusyError } from "../store.ts";
import { sqliteOutbox, type SqliteOutbox } from "./outbox.ts";
import { sqliteOutboxStore, type SqliteOutboxStore } from "./store.ts";

const path = scratchFolder();

interface Shop {
  readonly file: string;
  readonly db: DatabaseSync;
  readonly store: SqliteOutboxStore;
  readonly outbox: SqliteOutbox;
}

function shop(): Shop {
  const file = path("shop.db");
  const store = sqliteOutboxStore(file);
  const db = new DatabaseSync(file);
  db.exec("CREATE TABLE orders (id INTEGER PRIMARY KEY)");
  onTestFinished(async () => {
    await store.close();
    db.close();
  });
  return { file, db, store, outbox: sqliteOutbox(db, store) };
}

const ordersOf = (db: DatabaseSync): unknown => db.prepare("SELECT count(*) AS orders FROM orders").get();

describe("the outbox of a plain connection", () => {
  test("commits the application's rows and the event together, and answers what the work returned", async () => {
    const { db, store, outbox } = shop();
    const id = outbox.transaction(() => {
      db.exec("INSERT INTO orders VALUES (1)");
      return outbox.add("orders.eu", { type: "order.placed" });
    });
    expect(id).toMatch(/^[\da-f]{8}-/);
    expect(ordersOf(db)).toEqual({ orders: 1 });
    expect(await store.figures({ now: Date.now() })).toMatchObject({ pending: 1 });
  });

  test("leaves nothing behind when the work throws", async () => {
    const { db, store, outbox } = shop();
    const work = (): void => {
      db.exec("INSERT INTO orders VALUES (1)");
      outbox.add("orders.eu", { type: "order.placed" });
      throw new Error("no stock");
    };
    expect(() => outbox.transaction(work)).toThrow("no stock");
    expect(ordersOf(db)).toEqual({ orders: 0 });
    expect(await store.figures({ now: Date.now() })).toMatchObject({ pending: 0 });
  });

  test("refuses work that returns a promise, and rolls back", async () => {
    const { db, store, outbox } = shop();
    const work = async (): Promise<void> => {
      db.exec("INSERT INTO orders VALUES (1)");
      outbox.add("orders.eu", { type: "order.placed" });
    };
    expect(() => outbox.transaction(work)).toThrow(
      new FanfareError(
        "invalid_request",
        "outbox.transaction: its work returned a promise, but a transaction of node:sqlite is synchronous",
      ),
    );
    expect(ordersOf(db)).toEqual({ orders: 0 });
    expect(await store.figures({ now: Date.now() })).toMatchObject({ pending: 0 });
  });

  test("adds in a transaction that the application opened, and nowhere else", async () => {
    const { db, store, outbox } = shop();
    expect(() => outbox.add("orders.eu", { type: "order.placed" })).toThrow(
      expect.objectContaining({ code: "invalid_request", message: expect.stringContaining("no transaction") }),
    );
    db.exec("BEGIN");
    outbox.add("orders.eu", { type: "order.placed" });
    db.exec("COMMIT");
    expect(await store.figures({ now: Date.now() })).toMatchObject({ pending: 1 });
  });

  test("is published by a relay that only the commit can have woken", async () => {
    const { db, store, outbox } = shop();
    await using hub = createHub({ log: memoryLog() });
    await using relay = startRelay({ store, publisher: hub, pollMs: 60_000 });
    await relay.figures();
    const deliveries = hub.subscribe({ topics: [">"], after: "start" });
    db.exec("BEGIN");
    outbox.add("orders.eu", { type: "order.placed", data: { order: 7 } });
    db.exec("COMMIT");
    for await (const { events } of deliveries) {
      const [event] = events;
      if (event === undefined) continue;
      expect(event).toMatchObject({ topic: "orders.eu", type: "order.placed", data: { order: 7 } });
      break;
    }
  });
});

describe("the store of a SQLite file", () => {
  test("never waits for a lock: it says that the database is busy", async () => {
    const { db, store } = shop();
    db.exec("BEGIN IMMEDIATE");
    const begun = performance.now();
    const claim = store.claim({ relay: "a", now: 0, leaseMs: 1_000 });
    await expect(claim).rejects.toThrow(OutboxBusyError);
    // Looking needs no lock.
    await expect(store.due({ now: 0 })).resolves.toBe(false);
    expect(performance.now() - begun).toBeLessThan(500);
    db.exec("ROLLBACK");
    await expect(store.claim({ relay: "a", now: 0, leaseMs: 1_000 })).resolves.toHaveLength(16);
  });

  test("waits for the end of the application's transaction on a connection that both use", async () => {
    const db = new DatabaseSync(":memory:");
    const store = sqliteOutboxStore(db);
    db.exec("BEGIN");
    sqliteOutbox(db, store).add("orders.eu", { type: "order.placed" });
    await expect(store.due({ now: Date.now() })).rejects.toThrow(OutboxBusyError);
    await expect(store.claim({ relay: "a", now: 0, leaseMs: 1_000 })).rejects.toThrow(OutboxBusyError);
    db.exec("COMMIT");
    await expect(store.due({ now: Date.now() })).resolves.toBe(true);
  });

  test("finds a row behind thousands that wait for their key, without holding up this thread", async () => {
    const { db, store, outbox } = shop();
    outbox.transaction(() => {
      for (let index = 0; index < 20_000; index += 1) outbox.add("poisoned", { type: "made" });
      outbox.add("good", { id: "good", type: "made" });
    });
    const ask = { relay: "a", now: Date.now(), leaseMs: 1_000, limit: 10 };
    db.prepare("UPDATE fanfare_outbox SET state = 'failed', next_attempt_at = ? WHERE number = 1").run(ask.now + 1);
    await store.claim(ask);
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      timer = setImmediate(turn);
    };
    let timer = setImmediate(turn);
    const rows = await store.lease(ask);
    clearImmediate(timer);
    expect(rows.map(({ id }) => id)).toEqual(["good"]);
    expect(turns).toBeGreaterThanOrEqual(20);
  });

  test("never leases a row whose key has one before the window that is looked at", async () => {
    const { db, store, outbox } = shop();
    outbox.transaction(() => {
      for (let index = 0; index < 1_500; index += 1) outbox.add("a", { id: String(index), type: "made" });
    });
    const ask = { relay: "a", now: Date.now(), leaseMs: 1_000, limit: 10 };
    db.prepare("UPDATE fanfare_outbox SET state = 'failed', next_attempt_at = ? WHERE number = 1").run(ask.now + 1);
    await store.claim(ask);
    const leasing = store.lease(ask);
    // The first window has been looked at; now the key is free.
    db.exec("DELETE FROM fanfare_outbox WHERE number = 1");
    expect(await leasing).toEqual([]);
    expect((await store.lease(ask)).map(({ id }) => id)[0]).toBe("1");
  });

  test("refuses tables of a later version", () => {
    const { db, file } = shop();
    db.exec("UPDATE fanfare_outbox_totals SET version = 99");
    expect(() => sqliteOutboxStore(file)).toThrow("outbox: its tables were written by a later version of Fanfare");
  });

  test("finds due rows and waiting keys by indexes, and counts without reading sent rows", () => {
    const { db } = shop();
    const plan = (sql: string): string =>
      db
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => detail)
        .join("\n");
    const open = "state IN ('pending', 'leased', 'failed')";
    expect(plan(`SELECT number FROM fanfare_outbox WHERE ${open} AND next_attempt_at <= 1 LIMIT 1`)).toContain(
      "fanfare_outbox_open",
    );
    const key = `SELECT 1 FROM fanfare_outbox AS other WHERE key = 'a' AND other.${open}`;
    expect(plan(`${key} AND number <= 7`)).toContain("fanfare_outbox_keys");
    expect(plan(`${key.replace("'pending', ", "")} AND next_attempt_at > 1`)).toContain("fanfare_outbox_waiting");
    expect(plan("SELECT 1 FROM fanfare_outbox WHERE state = 'dead' AND state <> 'sent'")).toContain(
      "fanfare_outbox_states",
    );
    expect(plan("SELECT 1 FROM fanfare_outbox WHERE state = 'sent' AND settled_at < 1 ORDER BY settled_at")).toContain(
      "fanfare_outbox_sent",
    );
  });
});
