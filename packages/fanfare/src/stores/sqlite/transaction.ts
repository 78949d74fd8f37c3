import { command, type Command, type Database } from "./database.ts";
import { isBusy } from "./trouble.ts";

/** How long a worker waits for another process's lock before it says `unavailable`. */
export const BUSY_TIMEOUT_MS = 5_000;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Runs the work in a write transaction; whatever it throws leaves nothing behind.
 * Must not run on a thread that serves sockets: it waits for locks and for the disk.
 */
export function write<Result>(db: Database, busyTimeoutMs: number, work: () => Result): Result {
  const { begin, commit } = frameOf(db);
  patiently(busyTimeoutMs, () => begin.run());
  try {
    const result = work();
    commit.run();
    return result;
  } catch (error) {
    // A full disk may have ended the transaction already.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

interface Frame {
  readonly begin: Command<[]>;
  readonly commit: Command<[]>;
}

/** Prepared once a connection: small transactions are the most frequent work there is. */
const frames = new WeakMap<Database, Frame>();

function frameOf(db: Database): Frame {
  let frame = frames.get(db);
  if (frame === undefined) {
    frame = { begin: command(db, "BEGIN IMMEDIATE"), commit: command(db, "COMMIT") };
    frames.set(db, frame);
  }
  return frame;
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
