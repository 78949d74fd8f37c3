import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { seededRuntime } from "../testing/seeded-runtime.ts";
import { discardRows, retryRows } from "./operations.ts";
import { outboxRow } from "./draft.ts";
import { sqliteOutbox } from "./sqlite/outbox.ts";
import { sqliteOutboxStore, type SqliteOutboxStore } from "./sqlite/store.ts";

const DAY_MS = 86_400_000;

/** A table with so many dead rows, unsure since then, and a pending one behind them. */
async function table(dead: number, unsureSince?: number): Promise<SqliteOutboxStore> {
  const db = new DatabaseSync(":memory:");
  const store = sqliteOutboxStore(db);
  const outbox = sqliteOutbox(db, store);
  outbox.transaction(() => {
    for (let index = 1; index <= dead + 1; index += 1) outbox.add("a", { id: `e${index}`, type: "t" });
  });
  db.prepare("UPDATE fanfare_outbox SET state = 'dead', attempts = 10, unsure_since = ? WHERE number <= ?").run(
    unsureSince ?? null,
    dead,
  );
  return store;
}

test("all dead rows are retried, however many, and no other", async () => {
  const store = await table(1_203);
  const verdicts = await retryRows(store, "dead");
  expect(verdicts).toHaveLength(1_203);
  expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(["retried"]));
  expect(await store.figures({ now: 0 })).toMatchObject({ dead: 0, pending: 1_204 });
});

test("rows that the log may have forgotten are refused, and the rest is done", async () => {
  const runtime = seededRuntime(1);
  const store = await table(2, runtime.now() - 30 * DAY_MS - 1);
  const refused = { kind: "refused", reason: "the log may have forgotten its id: retry it with a new id" };
  expect(await retryRows(store, "dead", { runtime })).toEqual([
    { number: 1, ...refused },
    { number: 2, ...refused },
  ]);
  expect(await retryRows(store, [1], { runtime, idMemoryMs: 31 * DAY_MS })).toEqual([
    { number: 1, kind: "retried", id: "e1" },
  ]);
  const [verdict] = await retryRows(store, [2], { runtime, newId: true });
  expect(verdict).toMatchObject({ number: 2, kind: "retried", id: expect.stringMatching(/^[\da-f-]{36}$/) });
});

test("rows at work, and numbers that are nobody's, are refused with the reason", async () => {
  const store = await table(1);
  expect(await discardRows(store, [1, 2, 99])).toEqual([
    { number: 1, kind: "discarded" },
    { number: 2, kind: "refused", reason: "it is pending, not dead or failed" },
    { number: 99, kind: "refused", reason: "there is no such row" },
  ]);
  expect(await store.figures({ now: 0 })).toMatchObject({ dead: 0, pending: 1 });
});

test("a row's columns are the table's", async () => {
  const db = new DatabaseSync(":memory:");
  sqliteOutboxStore(db);
  const columns = db.prepare("SELECT name FROM pragma_table_info('fanfare_outbox')").all();
  const names = new Set(columns.map(({ name }) => name));
  expect(Object.keys(outboxRow("a", { type: "t" })).filter((name) => !names.has(name))).toEqual([]);
});
