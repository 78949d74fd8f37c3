import { existsSync, rmSync } from "node:fs";
import { FanfareError, type Epoch } from "@fanfare/protocol";
import { copyDatabase, openDatabase, type Database } from "./database.ts";
import { beginEpoch } from "./incarnation.ts";
import { OpenLock } from "./open-lock.ts";
import { checkOwn, migrate } from "./schema.ts";
import { BUSY_TIMEOUT_MS, write } from "./transaction.ts";
import { isDamaged, unavailable } from "./trouble.ts";
import { verifyLog } from "./verify.ts";

/** What a restored log begins with. */
export interface Restored {
  readonly epoch: Epoch;
  /** Position of the newest event of the backup. */
  readonly last: number;
}

/**
 * Makes the log at `target` what the backup holds, under a new epoch: whoever comes with a cursor of before is told
 * that history was replaced. What the target held is gone. A backup is a copy of a log's SQLite file.
 *
 * Rejects with `unavailable` while any process has the target open, and for a backup that is not sound.
 */
export async function restoreLog(backup: string, target: string): Promise<Restored> {
  const { problems, last } = verifyLog(backup);
  if (problems[0] !== undefined) throw new FanfareError("unavailable", `log: ${backup}: ${problems[0]}`);
  const lock = new OpenLock(target);
  try {
    if (!lock.takeAlone()) throw new FanfareError("unavailable", `log: ${target}: is open in a process; stop it first`);
    const fresh = `${target}-restoring`;
    removeDatabase(fresh);
    // The epoch changes in the copy, so that the old one never stands above rewound events, whatever interrupts this.
    const epoch = await prepareCopy(backup, fresh);
    await replace(fresh, target);
    removeDatabase(fresh);
    return { epoch, last };
  } catch (error) {
    throw unavailable(target, error);
  } finally {
    lock.close();
  }
}

async function prepareCopy(backup: string, fresh: string): Promise<Epoch> {
  await withDatabase(backup, true, (db) => copyDatabase(db, fresh));
  return withDatabase(fresh, false, async (db) => {
    db.exec("PRAGMA journal_mode = DELETE");
    return write(db, BUSY_TIMEOUT_MS, () => {
      migrate(db);
      db.exec("UPDATE log SET openers = 0, unclean = 0");
      return beginEpoch(db);
    });
  });
}

async function replace(fresh: string, target: string): Promise<void> {
  try {
    if (existsSync(target)) await withDatabase(target, true, async (db) => void checkOwn(db));
    await withDatabase(fresh, true, (db) => copyDatabase(db, target));
  } catch (error) {
    // A damaged target cannot take the copy in; there is nothing in it that anybody would want back.
    if (!isDamaged(error)) throw error;
    removeDatabase(target);
    await withDatabase(fresh, true, (db) => copyDatabase(db, target));
  }
}

function removeDatabase(path: string): void {
  for (const suffix of ["-wal", "-shm", "-journal", ""]) rmSync(`${path}${suffix}`, { force: true });
}

async function withDatabase<Result>(
  path: string,
  readOnly: boolean,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const db = openDatabase(path, { readOnly, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}
