import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { createHub, type Hub } from "fanfare";
import { openApp } from "fanfare/app";
import { memoryLog } from "fanfare/memory";
import {
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
} from "kysely";
import { afterAll, onTestFinished } from "vitest";
import { forum } from "../src/app.ts";
import type { ForumTables } from "../src/store/tables.ts";
import { seed, type Size } from "./scale/seed.ts";

/** A forum's file with threads and posts in it, which goes away after the file's last test. */
export async function seededFile(size: Size): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "fanfare-forum-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "forum.db");
  const hub: Hub = createHub({ log: memoryLog() });
  await (await openApp(forum(), { db: file, hub, sync: "normal" })).close();
  await hub.close();
  seed(file, size);
  return file;
}

/** A connection beside the forum's. */
export function peek(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  onTestFinished(() => db.close());
  return db;
}

/** Makes statements and runs none. */
export const compiler: Kysely<ForumTables> = new Kysely<ForumTables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** SQLite's plan for a statement, a line each. */
export function planOf(db: DatabaseSync, { sql, parameters }: CompiledQuery): readonly string[] {
  const rows = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...(parameters as readonly SQLInputValue[]));
  return rows.map(({ detail }) => String(detail));
}
