import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { FanfareError, toEpoch, type Epoch } from "@fanfare/protocol";
import { command, query, type Database } from "./database.ts";
import type { OpenLock } from "./open-lock.ts";
import { checkOwn, migrate } from "./schema.ts";
import { write } from "./transaction.ts";

export type Sync = "full" | "normal";

/** Begins in the caller's transaction: what is read from now on never passes for what was there before. */
export function beginEpoch(db: Database): Epoch {
  const epoch = toEpoch(randomBytes(8).toString("hex"));
  command<[string]>(db, "UPDATE log SET epoch = ?").run(epoch);
  return epoch;
}

/** A write-ahead log, synced at every commit, that keeps to 16 MiB before it is copied into the file. */
export function prepareFile(db: Database): void {
  checkOwn(db);
  db.exec("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32000");
  db.exec("PRAGMA journal_mode = WAL");
  // macOS flushes the drive's own cache only when told so.
  db.exec("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON");
  db.exec("PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864");
}

/**
 * Opens the log's incarnation: migrates the file, marks it as open and decides whether its history still stands.
 * The lock must outlive the handle.
 */
export function enter(db: Database, lock: OpenLock, path: string, sync: Sync, busyTimeoutMs: number): Epoch {
  const end = performance.now() + busyTimeoutMs;
  // While a log is being restored its lock is taken; the transaction must end then, or the two would wait for each other.
  for (;;) {
    const epoch = write(db, busyTimeoutMs, () => enterOnce(db, lock, path, sync));
    if (epoch !== undefined) {
      // Only now: a mark of doubt that is lost with the power would be no mark.
      if (sync === "normal") db.exec("PRAGMA synchronous = NORMAL");
      return epoch;
    }
    if (performance.now() > end) throw new FanfareError("unavailable", `log: ${path}: is being restored`);
  }
}

/** Marks the handle as closed; the last of all leaves a history that needs no doubt. */
export function leave(db: Database, lock: OpenLock, busyTimeoutMs: number): void {
  // With the full sync of this one commit, everything before it is on the disk as well.
  db.exec("PRAGMA synchronous = FULL");
  write(db, busyTimeoutMs, () => {
    lock.release();
    if (lock.isFree()) db.exec("UPDATE log SET openers = 0, unclean = 0");
    else db.exec("UPDATE log SET openers = openers - 1");
  });
}

function enterOnce(db: Database, lock: OpenLock, path: string, sync: Sync): Epoch | undefined {
  // Others that open or close wait for this transaction, so nobody comes or goes between the two looks at the lock.
  const alone = lock.isFree();
  if (!lock.share()) return undefined;
  migrate(db);
  const [epoch, unclean] = query<[], [string, number]>(db, "SELECT epoch, unclean FROM log").get() ?? ["", 0];
  if (alone) removeBus(path);
  if (sync !== "full") db.exec("UPDATE log SET unclean = 1");
  else if (alone) db.exec("UPDATE log SET unclean = 0");
  db.exec(alone ? "UPDATE log SET openers = 1" : "UPDATE log SET openers = openers + 1");
  return epoch === "" || (alone && unclean === 1) ? beginEpoch(db) : toEpoch(epoch);
}

/** Notices are not synced: a loss of power may leave their file damaged, and nobody alive has notices in it. */
function removeBus(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}-bus${suffix}`, { force: true });
}
