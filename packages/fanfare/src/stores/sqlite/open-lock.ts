import { createDatabase, type Database } from "./database.ts";
import { isBusy } from "./trouble.ts";

/**
 * Says who has a log open. Every handle keeps a shared lock on a small file of its own beside the database, which the
 * operating system takes away with the process, however that ends: no stale mark, no process ids.
 */
export class OpenLock {
  readonly #db: Database;

  constructor(databasePath: string) {
    this.#db = createDatabase(`${databasePath}-lock`);
  }

  /** True when no handle at all has the log open; one of this lock's own counts too. */
  isFree(): boolean {
    if (!this.#try("BEGIN EXCLUSIVE")) return false;
    this.#db.exec("ROLLBACK");
    return true;
  }

  /** Keeps others from opening; false when somebody has the log open. */
  takeAlone(): boolean {
    return this.#try("BEGIN EXCLUSIVE");
  }

  /** Marks the log as open; false while somebody holds it alone. */
  share(): boolean {
    return this.#try("BEGIN; SELECT count(*) FROM sqlite_schema");
  }

  release(): void {
    if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
  }

  close(): void {
    this.#db.close();
  }

  #try(sql: string): boolean {
    try {
      this.#db.exec(sql);
      return true;
    } catch (error) {
      this.release();
      if (isBusy(error)) return false;
      throw error;
    }
  }
}
