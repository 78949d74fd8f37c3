import { Kysely, PostgresDialect } from "kysely";
import { createHub, readingPage, type FanfareEvent, type Hub } from "fanfare";
import { memoryLog } from "fanfare/memory";
import { outboxRow, retryRows, startRelay, type RelayOptions } from "fanfare/outbox";
import { kyselyOutbox } from "fanfare/outbox/kysely";
import { postgresOutbox, postgresOutboxStore, type PostgresOutboxStore } from "fanfare/outbox/postgres";
import { outboxConformance, type OutboxHandle } from "fanfare/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { fanfare } from "../cli/processes.ts";
import { PostgresServer, suite, withoutPostgres } from "./postgres-server.ts";

interface Shop {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly store: PostgresOutboxStore;
}

let server: PostgresServer;

describe.skipIf(withoutPostgres)(suite("the outbox of a PostgreSQL database"), () => {
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each(outboxConformance)("$name", async ({ run }) => {
    const url = await server.database();
    await expect(run({ open: () => handleOf(url) })).resolves.toBeUndefined();
  });

  test("is made by many processes that start at once", async () => {
    const url = await server.database();
    const handles = await Promise.all(Array.from({ length: 8 }, () => handleOf(url)));
    expect(await Promise.all(handles.map(({ store }) => store.due({ now: 0 })))).toEqual(handles.map(() => false));
    await Promise.all(handles.map((handle) => handle.close()));
  });

  test("commits the application's rows and the event together, or neither", async () => {
    const { pool, store } = await shop();
    const outbox = postgresOutbox(pool);
    const id = await outbox.transaction(async (client, events) => {
      await client.query("INSERT INTO orders VALUES (1)");
      return events.add("orders.eu", { type: "order.placed" }, { key: "order 1" });
    });
    const failing = outbox.transaction(async (client, events) => {
      await client.query("INSERT INTO orders VALUES (2)");
      await events.add("orders.eu", { type: "order.placed" });
      throw new Error("no stock");
    });
    await expect(failing).rejects.toThrow("no stock");
    expect((await pool.query("SELECT id FROM orders")).rows).toEqual([{ id: 1 }]);
    expect(await store.list({ state: "pending", after: 0, limit: 9 })).toMatchObject([{ id, key: "order 1" }]);
  });

  test("loses a transaction whose connection the server ends, and nothing else", async () => {
    const { pool, store } = await shop();
    const lost = postgresOutbox<pg.PoolClient>(pool).transaction(async (client, events) => {
      await events.add("orders.eu", { type: "order.placed" });
      const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      // Not events.once, which would listen to the error by itself.
      const ended = new Promise<void>((resolve) => void client.once("end", resolve));
      await pool.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
      await ended;
    });
    await expect(lost).rejects.toThrow(/connection/i);
    expect(await store.figures({ now: 0 })).toMatchObject({ pending: 0 });
  });

  test("is no place for a pool, whose queries are each a transaction of their own", async () => {
    const { pool } = await shop();
    expect(() => postgresOutbox(pool).within(pool)).toThrow(
      expect.objectContaining({ code: "invalid_request", message: expect.stringContaining("not a pool") }),
    );
  });

  test("is written by Kysely and by any tool that can insert, and the commit alone wakes the relay", async () => {
    const { url, pool, store } = await shop();
    await using hub = createHub({ log: memoryLog() });
    const expectArrival = follow(hub);
    relayOf({ store, publisher: hub, pollMs: 60_000 });
    // Whoever hears of this one hears of the others.
    await postgresOutbox(pool).transaction((_client, events) => events.add("first", { id: "first", type: "made" }));
    await expectArrival("first");

    const db = new Kysely<{ orders: { id: number } }>({ dialect: new PostgresDialect({ pool: poolOf(url) }) });
    onTestFinished(() => db.destroy());
    await kyselyOutbox(db, { ring: () => undefined }).transaction(async (tx, events) => {
      await tx.insertInto("orders").values({ id: 7 }).execute();
      await events.add("orders.eu", { id: "kysely", type: "order.placed", data: { order: 7 } });
    });
    await expectArrival("kysely");

    const row = Object.entries(outboxRow("orders.eu", { id: "by hand", type: "order.placed" }));
    await pool.query(
      `INSERT INTO fanfare_outbox (${row.map(([name]) => name).join()}) VALUES (${row.map((_, index) => `$${index + 1}`).join()})`,
      row.map(([, value]) => value),
    );
    await expectArrival("by hand");
  });

  test("is heard again after the server has ended the connection", async () => {
    const { pool, store } = await shop();
    await using hub = createHub({ log: memoryLog() });
    const expectArrival = follow(hub);
    relayOf({ store, publisher: hub, pollMs: 60_000, onError: () => undefined });
    const add = (id: string): Promise<string> =>
      postgresOutbox(pool).transaction((_client, events) => events.add("a", { id, type: "made" }));
    await add("before");
    await expectArrival("before");
    await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
    await add("after");
    await expectArrival("after");
  });

  test("gives two relays half of the keys each, which publish everything once and in order", async () => {
    const { url, pool, store } = await shop();
    await using hub = createHub({ log: memoryLog() });
    const other = await postgresOutboxStore(poolOf(url));
    const [one, two] = [store, other].map((mine) =>
      startRelay({ store: mine, publisher: hub, leaseMs: 600, pollMs: 20, batch: 7 }),
    );
    const outbox = postgresOutbox(pool);
    const ids: string[] = [];
    for (
      let round = 0;
      ids.length < 600 || (await one?.figures())?.ranges !== 8 || (await two?.figures())?.ranges !== 8;
      round += 1
    ) {
      expect(round).toBeLessThan(2_000);
      await outbox.transaction(async (_client, events) => {
        for (let index = 0; index < 5; index += 1) {
          const id = `${round}-${index}`;
          ids.push(id);
          await events.add(`t.${index % 3}`, { id, type: "made", attributes: { key: index } }, { key: `key ${index}` });
        }
      });
    }
    await expect
      .poll(async () => (await store.figures({ now: Date.now() })).totals.sent, { timeout: 30_000 })
      .toBe(ids.length);
    await Promise.all([one?.close(), two?.close()]);
    await other.close();
    const events = await readAll(hub);
    expect(events.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    for (let index = 0; index < 5; index += 1)
      expect(events.filter(({ attributes }) => attributes["key"] === index).map(({ id }) => id)).toEqual(
        ids.filter((id) => id.endsWith(`-${index}`)),
      );
  });

  test("is looked after from the command line by its address", async () => {
    const { url, pool } = await shop();
    await postgresOutbox(pool).transaction((_client, events) => events.add("a", { id: "1", type: "made" }));
    await pool.query("UPDATE fanfare_outbox SET state = 'dead', attempts = 10, error = 'schema_mismatch: no'");
    const status = await fanfare(["outbox", "status", "--db", url]);
    expect(status.stdout).toMatch(/^ +1 +dead +10 +a +made +- +schema_mismatch: no$/m);
    const retried = await fanfare(["outbox", "retry", "1", "--db", url]);
    expect(retried).toMatchObject({ code: 0, stdout: "1 is due again, as 1\n", stderr: "" });
    const nothing = await fanfare(["outbox", "status", "--db", server.url("postgres")]);
    expect(nothing).toMatchObject({ code: 1, stderr: "fanfare: outbox: the database has none\n" });
    const nobody = await fanfare(["outbox", "status", "--db", "postgres://fanfare@127.0.0.1:1/shop"]);
    expect(nobody).toMatchObject({ code: 3, stderr: expect.stringMatching(/^fanfare: outbox: .*127\.0\.0\.1:1.*\n$/) });
  });

  test("keeps dead rows for a person, who brings them back", async () => {
    const { pool, store } = await shop();
    await postgresOutbox(pool).transaction((_client, events) => events.add("a", { id: "1", type: "made" }));
    await pool.query("UPDATE fanfare_outbox SET state = 'dead', attempts = 10");
    expect(await retryRows(store, "dead")).toEqual([{ number: 1, kind: "retried", id: "1" }]);
    await using hub = createHub({ log: memoryLog() });
    const expectArrival = follow(hub);
    relayOf({ store, publisher: hub });
    await expectArrival("1");
  });
});

function poolOf(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  // A server that is stopped ends idle connections.
  pool.on("error", () => undefined);
  onTestFinished(async () => {
    if (!pool.ended) await pool.end();
  });
  return pool;
}

/** A relay that ends with its test. */
function relayOf(options: RelayOptions): void {
  const relay = startRelay(options);
  onTestFinished(() => relay.close());
}

async function shop(): Promise<Shop> {
  const url = await server.database();
  const pool = poolOf(url);
  const store = await postgresOutboxStore(pool);
  onTestFinished(() => store.close());
  await pool.query("CREATE TABLE orders (id integer PRIMARY KEY)");
  return { url, pool, store };
}

async function handleOf(url: string): Promise<OutboxHandle> {
  const pool = poolOf(url);
  const store = await postgresOutboxStore(pool);
  return {
    store,
    async add(rows, { undo = false } = {}) {
      const client = await pool.connect();
      await client.query("BEGIN");
      for (const row of rows) {
        const columns = Object.entries(row);
        await client.query(
          `INSERT INTO fanfare_outbox (${columns.map(([name]) => name).join()}) VALUES (${columns.map((_, index) => `$${index + 1}`).join()})`,
          columns.map(([, value]) => value),
        );
      }
      await client.query(undo ? "ROLLBACK" : "COMMIT");
      client.release();
    },
    async close() {
      await store.close();
      if (!pool.ended) await pool.end();
    },
  };
}

/** Answers a function that waits until an event with that id was delivered. */
function follow(hub: Hub): (id: string) => Promise<void> {
  const seen = new Set<string>();
  const deliveries = hub.subscribe({ topics: [">"], after: "start" });
  onTestFinished(() => deliveries.close());
  void deliveries
    .each(({ events }) => {
      for (const { id } of events) seen.add(id);
    })
    .catch(() => undefined);
  return (id) => expect.poll(() => seen.has(id), { timeout: 20_000, interval: 5 }).toBe(true);
}

async function readAll(hub: Hub): Promise<readonly FanfareEvent[]> {
  const events: FanfareEvent[] = [];
  for (let after = "start"; ;) {
    const page = readingPage(await hub.read({ after, limit: 1_000 }));
    events.push(...page.events);
    if (page.complete) return events;
    after = page.cursor;
  }
}
