import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { Kysely, SqliteDialect, type SqliteDatabase } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { scratchFolder } from "../../../testing/scratch-folder.ts";
import { sqliteOutboxStore, type SqliteOutboxStore } from "../sqlite/store.ts";
import { kyselyOutbox, type KyselyOutbox } from "./outbox.ts";

interface Tables {
  orders: { id: number };
}

const path = scratchFolder();

interface Shop {
  readonly db: Kysely<Tables>;
  readonly store: SqliteOutboxStore;
  readonly outbox: KyselyOutbox<Tables>;
  /** How often the store was rung. */
  rings(): number;
}

function shop(): Shop {
  const file = path("shop.db");
  const store = sqliteOutboxStore(file);
  const connection = new DatabaseSync(file);
  connection.exec("CREATE TABLE orders (id INTEGER PRIMARY KEY)");
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapted(connection) }) });
  let rings = 0;
  store.follow(() => (rings += 1));
  onTestFinished(async () => {
    await db.destroy();
    await store.close();
  });
  return { db, store, outbox: kyselyOutbox(db, store), rings: () => rings };
}

/** `node:sqlite` in the shape that Kysely's dialect knows. */
function adapted(connection: DatabaseSync): SqliteDatabase {
  return {
    close: () => connection.close(),
    prepare: (sql) => {
      const statement = connection.prepare(sql);
      const values = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}

test("the application's rows and the event are committed together, and the relay is rung after that", async () => {
  const { db, store, outbox, rings } = shop();
  const id = await outbox.transaction(async (tx, events) => {
    await tx.insertInto("orders").values({ id: 1 }).execute();
    const added = await events.add("orders.eu", { type: "order.placed", data: { order: 1 } }, { key: "order 1" });
    expect(rings()).toBe(0);
    return added;
  });
  expect(rings()).toBe(1);
  expect(await db.selectFrom("orders").selectAll().execute()).toEqual([{ id: 1 }]);
  const [row] = await store.list({ state: "pending", after: 0, limit: 10 });
  expect(row).toMatchObject({ id, key: "order 1", topic: "orders.eu", type: "order.placed" });
});

test("work that fails leaves nothing behind and rings nobody", async () => {
  const { db, store, outbox, rings } = shop();
  const work = outbox.transaction(async (tx, events) => {
    await tx.insertInto("orders").values({ id: 1 }).execute();
    await events.add("orders.eu", { type: "order.placed" });
    throw new Error("no stock");
  });
  await expect(work).rejects.toThrow("no stock");
  expect(await db.selectFrom("orders").selectAll().execute()).toEqual([]);
  expect(await store.figures({ now: 0 })).toMatchObject({ pending: 0 });
  expect(rings()).toBe(0);
});

test("an event can be added to a transaction that the application opened itself", async () => {
  const { db, store, outbox } = shop();
  await db.transaction().execute(async (tx) => {
    await tx.insertInto("orders").values({ id: 1 }).execute();
    await outbox.within(tx).add("orders.eu", { type: "order.placed" });
  });
  expect(await store.figures({ now: 0 })).toMatchObject({ pending: 1 });
});

test("an event that will not do is refused in the caller's own transaction", async () => {
  const { outbox } = shop();
  const work = outbox.transaction((_tx, events) => events.add("orders..eu", { type: "order.placed" }));
  await expect(work).rejects.toMatchObject({ code: "invalid_topic" });
});
