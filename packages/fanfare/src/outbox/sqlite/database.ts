import { existsSync } from "node:fs";
import { DatabaseSync, type SQLInputValue as Value } from "node:sqlite";
import { FanfareError } from "@fanfare/protocol";
import { OutboxBusyError } from "../store.ts";

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

/**
 * Never waits for a lock: that would hold up the whole thread. Throws `unavailable` for what is no database, or is not
 * there unless it may be made.
 */
export function openDatabase(path: string, { create }: { readonly create: boolean }): Database {
  if (!create && !existsSync(path)) throw new FanfareError("unavailable", `outbox: there is no file ${path}`);
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
    return db;
  } catch (cause) {
    db.close();
    if (isBusy(cause)) throw new OutboxBusyError(cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FanfareError("unavailable", `outbox: ${path}: ${reason}`, { cause });
  }
}

export function prepare<Params extends Value[], Row = never>(db: Database, sql: string): Statement<Params, Row> {
  return db.prepare(sql) as unknown as Statement<Params, Row>;
}

/** Somebody else has the lock. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return false;
  return (error.errcode & 0xff) === BUSY;
}
