import { existsSync } from "node:fs";
import { DatabaseSync, type SQLInputValue as Value } from "node:sqlite";
import { FanfareError } from "@fanfare/protocol";

export type { Value };

/** A connection of `node:sqlite`; no other file of the outbox knows the class. */
export type Database = DatabaseSync;

/** A prepared statement; the caller says what its rows are, as SQL has no types that the compiler could check. */
export interface Statement<Params extends Value[], Row = never> {
  get(...params: Params): Row | undefined;
  all(...params: Params): readonly Row[];
  run(...params: Params): { readonly changes: number | bigint };
}

const BUSY = 5;

/** How long a start waits for others who start, or who clear up after a crash. */
const OPENING_MS = 5_000;

/**
 * Opens the file and does with it what a start has to do. Only that waits for locks: later {@link neverWait} holds.
 * Throws `unavailable` for what is no database, or is not there unless it may be made.
 */
export function openDatabase(path: string, { create }: { readonly create: boolean }): Database {
  if (!create && !existsSync(path)) throw new FanfareError("unavailable", `outbox: there is no file ${path}`);
  const db = new DatabaseSync(path, { timeout: OPENING_MS });
  try {
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
    return db;
  } catch (cause) {
    db.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FanfareError("unavailable", `outbox: ${path}: ${reason}`, { cause });
  }
}

/** From now on a lock is an error: to wait for it would hold up the whole thread. */
export function neverWait(db: Database): void {
  db.exec("PRAGMA busy_timeout = 0");
}

export function prepare<Params extends Value[], Row = never>(db: Database, sql: string): Statement<Params, Row> {
  return db.prepare(sql) as unknown as Statement<Params, Row>;
}

/** Somebody else has the lock. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return false;
  return (error.errcode & 0xff) === BUSY;
}
