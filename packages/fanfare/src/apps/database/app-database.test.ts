import { DatabaseSync } from "node:sqlite";
import { DEFAULT_LIMITS } from "@fanfare/protocol";
import { sql, type Kysely } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { scratchFolder } from "../../../testing/scratch-folder.ts";
import { nodeRuntime } from "../../hub/node-runtime.ts";
import { OpenDatabase, type DatabaseOptions } from "./app-database.ts";
import { KEEP_MS } from "./answers.ts";
import { isConstraintError, SqlError } from "./fault.ts";
import { appFile } from "./file.ts";

interface Tables {
  things: { id: number; name: string };
}

const path = scratchFolder();

const things = {
  async up(db: Kysely<never>): Promise<void> {
    await sql`CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)`.execute(db);
  },
};

async function open(file: string, more: Partial<DatabaseOptions> = {}): Promise<OpenDatabase<Tables>> {
  const database = await OpenDatabase.open<Tables>({
    path: file,
    sync: "full",
    waitMs: 5_000,
    migrations: { things },
    limits: DEFAULT_LIMITS,
    runtime: nodeRuntime,
    ...more,
  });
  onTestFinished(() => database.close());
  return database;
}

const names = async ({ reader }: OpenDatabase<Tables>) =>
  (await reader.selectFrom("things").select("name").orderBy("id").execute()).map(({ name }) => name);

test("an app's file lies beside the log's, with the app's name before the extension", () => {
  expect(appFile("/srv/fanfare.db", "forum")).toBe("/srv/fanfare-forum.db");
  expect(appFile("events", "forum")).toBe("events-forum.db");
  expect(appFile("a.b/log.sqlite", "x")).toBe("a.b/log-x.sqlite");
});

test("transactions run one after the other, in the order of their calls", async () => {
  const database = await open(path("app.db"));
  const add = (name: string, steps: number) =>
    database.transaction(async (tx) => {
      for (let step = 0; step < steps; step += 1) await sql`SELECT 1`.execute(tx);
      await tx
        .insertInto("things")
        .values({ id: sql`NULL`, name } as never)
        .execute();
    });
  await Promise.all([add("a", 20), add("b", 0), add("c", 5)]);
  expect(await names(database)).toEqual(["a", "b", "c"]);
});

test("readers see what is committed, at once, while a transaction is open", async () => {
  const database = await open(path("app.db"));
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: written, resolve: write } = Promise.withResolvers<void>();
  const writing = database.transaction(async (tx) => {
    await tx.insertInto("things").values({ id: 1, name: "a" }).execute();
    write();
    await held;
  });
  await written;
  expect(await names(database)).toEqual([]);
  release();
  await writing;
  expect(await names(database)).toEqual(["a"]);
});

test("whoever waits too long for its turn is refused, and the next one is not", async () => {
  const database = await open(path("app.db"), { waitMs: 100 });
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const first = database.transaction(() => held);
  await expect(database.transaction(async () => "never")).rejects.toMatchObject({
    code: "unavailable",
    message: "transaction: another one was not over within 100 ms (waitMs)",
  });
  release();
  await first;
  await expect(database.transaction(async () => "now")).resolves.toBe("now");
});

test("the lock of another process is waited for without holding up this thread", async () => {
  const file = path("app.db");
  const database = await open(file);
  const other = new DatabaseSync(file);
  other.exec("BEGIN IMMEDIATE");
  const writing = database.transaction((tx) => tx.insertInto("things").values({ id: 1, name: "a" }).execute());
  let turns = 0;
  while (turns < 20) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  other.exec("COMMIT");
  other.close();
  await writing;
  expect(await names(database)).toEqual(["a"]);
});

test("a reader cannot write, and a constraint is told from other errors", async () => {
  const database = await open(path("app.db"));
  const writing = database.reader.insertInto("things").values({ id: 1, name: "a" }).execute();
  await expect(writing).rejects.toThrow(SqlError);
  const twice = database.transaction(async (tx) => {
    await tx.insertInto("things").values({ id: 1, name: "a" }).execute();
    await tx.insertInto("things").values({ id: 2, name: "a" }).execute();
  });
  const error = await twice.catch((cause: unknown) => cause);
  expect(isConstraintError(error)).toBe(true);
  expect(isConstraintError(await sql`SELECT nothing`.execute(database.reader).catch((cause: unknown) => cause))).toBe(
    false,
  );
  expect(await names(database)).toEqual([]);
});

test("what SQLite cannot keep is refused by itself, truth is 0 and 1, large lists come whole", async () => {
  const database = await open(path("app.db"));
  await expect(sql`SELECT ${{ a: 1 }}`.execute(database.reader)).rejects.toThrow(
    "parameter 1: SQLite has no type for it; JSON is kept as its text",
  );
  expect((await sql`SELECT ${true} AS yes, ${null} AS empty`.execute(database.reader)).rows).toEqual([
    { yes: 1, empty: null },
  ]);
  const many = sql<{
    n: number;
  }>`WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000) SELECT n FROM n`;
  expect((await many.execute(database.reader)).rows).toHaveLength(5_000);
});

test("a migration that fails leaves nothing behind, is named, and runs when it is good", async () => {
  const file = path("app.db");
  const broken = {
    async up(db: Kysely<never>): Promise<void> {
      await sql`CREATE TABLE more (id INTEGER)`.execute(db);
      await sql`CREATE TABLE things (id INTEGER)`.execute(db);
    },
  };
  await expect(open(file, { migrations: { "1": things, "2": broken } })).rejects.toMatchObject({
    code: "unavailable",
    message: "migration 2: table things already exists",
  });
  const database = await open(file, { migrations: { "1": things, "2": { up: async () => undefined } } });
  expect((await sql`SELECT name FROM sqlite_schema WHERE name = 'more'`.execute(database.reader)).rows).toEqual([]);
});

test("several that open a new file at the same time run each migration once", async () => {
  const file = path("app.db");
  const opened = await Promise.all([open(file), open(file), open(file)]);
  await opened[0].transaction((tx) => tx.insertInto("things").values({ id: 1, name: "a" }).execute());
  expect(await Promise.all(opened.map(names))).toEqual([["a"], ["a"], ["a"]]);
});

test("what is no database is told as that", async () => {
  const file = path("app.db");
  const { writeFileSync } = await import("node:fs");
  writeFileSync(file, "This is a letter to somebody, and not a database of anybody. ".repeat(100));
  await expect(open(file)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringMatching(/is not a database/),
  });
});

test("an answer to a key is kept for a day, and then forgotten and swept", async () => {
  let now = 1_000_000;
  const database = await open(path("app.db"), { runtime: { ...nodeRuntime, now: () => now } });
  const ask = (key: string, answer: string | undefined) =>
    database.transaction((tx) => tx.once({ idempotency: { key, holder: "me", fingerprint: "f" } }, async () => answer));
  expect(await ask("k", "first")).toBe("first");
  expect(await ask("nothing", undefined)).toBeUndefined();
  expect(await ask("nothing", "something")).toBeUndefined();
  now += KEEP_MS - 1;
  expect(await ask("k", "second")).toBe("first");
  now += 1;
  expect(await ask("k", "second")).toBe("second");
  expect(await ask("k", "third")).toBe("second");
  const { rows } = await sql`SELECT key FROM fanfare_answers`.execute(database.reader);
  expect(rows).toEqual([{ key: "k" }]);
});
