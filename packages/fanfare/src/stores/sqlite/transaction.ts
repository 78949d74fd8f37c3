import type { Database } from "./database.ts";
import { isBusy } from "./trouble.ts";

/** How long a worker waits for another process's lock before it says `unavailable`. */
export const BUSY_TIMEOUT_MS = 5_000;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Runs the work in a write transaction; whatever it throws leaves nothing behind.
 * Must not run on a thread that serves sockets: it waits for locks and for the disk.
 */
export function write<Result>(db: Database, busyTimeoutMs: number, work: () => Result): Result {
  patiently(busyTimeoutMs, () => db.exec("BEGIN IMMEDIATE"));
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // A full disk may have ended the transaction already.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Runs the work on one snapshot. */
export function snapshot<Result>(db: Database, work: () => Result): Result {
  db.exec("BEGIN");
  try {
    return work();
  } finally {
    // Nothing was written, and a commit would fail where a page could not be read.
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

/**
 * Tries until the lock is free or the time is over. SQLite's own waiting backs off to 100 ms, and a neighbour that
 * commits group after group leaves only short windows: many short naps at odd lengths find one soon.
 */
export function patiently<Result>(busyTimeoutMs: number, attempt: () => Result): Result {
  const end = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= end) throw error;
    }
    Atomics.wait(sleeper, 0, 0, 0.05 + Math.random() * 0.4);
  }
}
