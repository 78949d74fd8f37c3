import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { backup, DatabaseSync, type SQLInputValue as Value } from "node:sqlite";

export type { Value };

/** A connection to one database file; no other file knows the class behind it. */
export type Database = DatabaseSync;

/** A prepared statement that answers rows as arrays. */
export interface Query<Params extends Value[], Row extends readonly unknown[]> {
  get(...params: Params): Row | undefined;
  all(...params: Params): readonly Row[];
  iterate(...params: Params): Iterable<Row>;
}

/** A prepared statement that changes rows. */
export interface Command<Params extends Value[]> {
  run(...params: Params): { readonly changes: number | bigint };
}

export interface OpenOptions {
  readonly readOnly?: boolean;
  /** How long SQLite itself waits for a lock; default 0: the caller decides. */
  readonly busyTimeoutMs?: number;
}

export function openDatabase(path: string, options: OpenOptions = {}): Database {
  return new DatabaseSync(path, { readOnly: options.readOnly ?? false, timeout: options.busyTimeoutMs ?? 0 });
}

/** Opens the file, made with its folder when it is not there. */
export function createDatabase(path: string): Database {
  mkdirSync(dirname(path), { recursive: true });
  return openDatabase(path);
}

/** The caller says what the columns are: SQL has no types that the compiler could check. */
export function query<Params extends Value[], Row extends readonly unknown[]>(
  db: Database,
  sql: string,
): Query<Params, Row> {
  const statement = db.prepare(sql);
  statement.setReturnArrays(true);
  return statement as unknown as Query<Params, Row>;
}

export function command<Params extends Value[]>(db: Database, sql: string): Command<Params> {
  return db.prepare(sql);
}

/** Makes the file at `path` a copy of the database, in one transaction of its own; what the file held is gone. */
export async function copyDatabase(db: Database, path: string): Promise<void> {
  await backup(db, path);
}
