import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqliteOutbox, sqliteOutboxStore, type OutboxEntry, type OutboxFigures } from "fanfare/outbox";
import { expect, test } from "vitest";
import { fanfare, folder } from "./processes.ts";

const MONTH_MS = 31 * 86_400_000;

interface Status extends OutboxFigures {
  readonly deadRows: readonly OutboxEntry[];
}

/** An application's file with four rows: one dead, one dead that the log may have forgotten, one failed, one pending. */
async function shop(): Promise<string> {
  const db = join(await folder(), "shop.db");
  const store = sqliteOutboxStore(db);
  const connection = new DatabaseSync(db);
  const outbox = sqliteOutbox(connection, store);
  outbox.transaction(() => {
    for (const id of ["one", "two", "three", "four"])
      outbox.add("orders.eu", { id, type: "order.paid" }, { key: `order ${id}` });
  });
  connection.exec(`
    UPDATE fanfare_outbox SET state = 'dead', attempts = 10, error = 'schema_mismatch: no' || char(10) || 'total' WHERE number < 3;
    UPDATE fanfare_outbox SET unsure_since = ${Date.now() - MONTH_MS} WHERE number = 2;
    UPDATE fanfare_outbox SET state = 'failed', attempts = 1, next_attempt_at = ${Date.now() + MONTH_MS} WHERE number = 3;
  `);
  connection.close();
  await store.close();
  return db;
}

async function statusOf(db: string): Promise<Status> {
  const { stdout } = await fanfare(["outbox", "status", "--db", db, "--json"]);
  return JSON.parse(stdout) as Status;
}

test("status shows what waits, what failed and what is dead, a row a line", async () => {
  const db = await shop();
  const { code, stdout, stderr } = await fanfare(["outbox", "status", "--db", db]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^waiting +2, the oldest for \d+ s$/m);
  expect(stdout).toMatch(/^dead +2, 0 in all$/m);
  expect(stdout).toMatch(/^ +1 +dead +10 +orders\.eu +order\.paid +order one +schema_mismatch: no\\ntotal$/m);
  expect(stdout).toMatch(/^ +3 +failed +1 +orders\.eu +order\.paid +order three +-$/m);
  expect(await statusOf(db)).toMatchObject({
    pending: 1,
    failed: 1,
    dead: 2,
    deadRows: [{ id: "one" }, { id: "two" }],
  });
});

test("retry makes rows due again, but not one whose id the log may have forgotten", async () => {
  const db = await shop();
  const first = await fanfare(["outbox", "retry", "--dead", "--db", db]);
  expect(first.stdout).toBe("1 is due again, as one\n✗ 2: the log may have forgotten its id: retry it with a new id\n");
  expect(first).toMatchObject({ code: 1, stderr: "fanfare: 1 row refused\n" });
  const second = await fanfare(["outbox", "retry", "2", "3", "--new-id", "--db", db, "--json"]);
  expect(second.code).toBe(0);
  const { rows } = JSON.parse(second.stdout) as { readonly rows: readonly { readonly id: string }[] };
  expect(rows).toMatchObject([
    { number: 2, kind: "retried" },
    { number: 3, kind: "retried" },
  ]);
  expect(rows[0]?.id).toMatch(/^[\da-f-]{36}$/);
  expect(await statusOf(db)).toMatchObject({ pending: 4, failed: 0, dead: 0 });
  const third = await fanfare(["outbox", "retry", "--dead", "--db", db]);
  expect(third).toMatchObject({ code: 0, stdout: "", stderr: "no row is dead\n" });
});

test("discard deletes dead and failed rows, and refuses what is at work or not there", async () => {
  const db = await shop();
  const { code, stdout, stderr } = await fanfare(["outbox", "discard", "1", "4", "99", "--db", db]);
  expect(stdout).toBe("1 is gone\n✗ 4: it is pending, not dead or failed\n✗ 99: there is no such row\n");
  expect({ code, stderr }).toEqual({ code: 1, stderr: "fanfare: 2 rows refused\n" });
  expect(await statusOf(db)).toMatchObject({ pending: 1, dead: 1 });
});

test("a command waits for an application that holds the lock", async () => {
  const db = await shop();
  const application = new DatabaseSync(db);
  application.exec("BEGIN IMMEDIATE");
  const running = fanfare(["outbox", "discard", "--dead", "--db", db]);
  // Looking needs no lock; when this has run through, the other is at the lock or has yet to come to it.
  expect(await statusOf(db)).toMatchObject({ dead: 2 });
  application.exec("COMMIT");
  application.close();
  expect(await running).toMatchObject({ code: 0, stdout: "1 is gone\n2 is gone\n" });
});

test("what has no outbox is not given one", async () => {
  const cwd = await folder();
  await writeFile(join(cwd, "text.db"), "no database at all, but some text of a certain length".repeat(100));
  new DatabaseSync(join(cwd, "empty.db")).exec("CREATE TABLE orders (id INTEGER)");
  for (const [file, said] of [
    ["none.db", /^fanfare: outbox: there is no file none\.db\n$/],
    ["text.db", /^fanfare: outbox: text\.db: file is not a database\n$/],
    ["empty.db", /^fanfare: outbox: the database has none\n$/],
  ] as const) {
    const { code, stdout, stderr } = await fanfare(["outbox", "status", "--db", file], { cwd });
    expect(stderr).toMatch(said);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  }
});

test.for([
  [["outbox", "status"], /required option '--db <file>' not specified/],
  [["outbox", "retry", "--db", "shop.db"], /rows: give their numbers, or --dead for all dead ones/],
  [["outbox", "discard", "1", "--dead", "--db", "shop.db"], /rows: give their numbers, or --dead/],
  [["outbox", "retry", "one", "--db", "shop.db"], /'one' is invalid.*Expected a whole number from 1/],
] as const)("%j is wrong usage", async ([words, said]) => {
  const { code, stderr } = await fanfare([...words]);
  expect(stderr).toMatch(said);
  expect(code).toBe(2);
});
