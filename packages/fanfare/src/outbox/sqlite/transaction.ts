import { OutboxBusyError } from "../store.ts";
import { isBusy, type Database } from "./database.ts";

/** Runs the work in a write transaction; whatever it throws leaves nothing behind. Never waits for a lock. */
export function write<Result>(db: Database, work: () => Result): Result {
  // The application lends its own connection where there is no file, and may be in the middle of something.
  if (db.isTransaction) throw new OutboxBusyError(undefined);
  return busyIsBusy(() => {
    db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      db.exec("COMMIT");
      return result;
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  });
}

/** Readers need no lock in WAL, but opening one may meet a recovery. */
export function busyIsBusy<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw isBusy(error) ? new OutboxBusyError(error) : error;
  }
}
