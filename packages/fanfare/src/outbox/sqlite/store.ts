import { FanfareError } from "@fanfare/protocol";
import { nodeRuntime } from "../../hub/node-runtime.ts";
import type { Amendment } from "../amendment.ts";
import type { OutboxFigures } from "../figures.ts";
import { Listeners } from "../listeners.ts";
import type { LeasedRow, OutboxEntry } from "../row.ts";
import type { ClaimAsk, LeaseAsk, ListAsk, OutboxStore, SettleAsk, SweepAsk } from "../store.ts";
import { neverWait, openDatabase, type Database } from "./database.ts";
import { Desk } from "./desk.ts";
import { Leases } from "./leases.ts";
import { hasOutbox, isMigrated, migrate } from "./schema.ts";
import { Settling } from "./settling.ts";
import { busyIsBusy, write } from "./transaction.ts";

/** The outbox of a SQLite database. */
export interface SqliteOutboxStore extends OutboxStore {
  /** Says that rows were committed by this process; the adapters do it by themselves. */
  ring(): void;
}

export interface SqliteOutboxOptions {
  /** Makes what is not there; otherwise that is `unavailable`. Default true. */
  readonly create?: boolean | undefined;
}

/**
 * The outbox's tables in an application's SQLite database, made when they are not there. A path gets a connection of its
 * own, which never waits and never makes others wait for the disk; a connection (of a database in memory, say) is used
 * as it is, between the application's transactions. The database is put into WAL mode.
 *
 * Throws `unavailable` for tables of a later version and for what is no database, and `OutboxBusyError` when somebody else
 * holds a lock that it needs to begin with for more than five seconds.
 *
 * @example
 * const store = sqliteOutboxStore("shop.db");
 * const outbox = sqliteOutbox(new DatabaseSync("shop.db"), store);
 */
export function sqliteOutboxStore(
  database: string | Database,
  { create = true }: SqliteOutboxOptions = {},
): SqliteOutboxStore {
  return typeof database === "string"
    ? new SqliteStore(openDatabase(database, { create }), { own: true, create })
    : new SqliteStore(database, { own: false, create });
}

class SqliteStore implements SqliteOutboxStore {
  readonly #db: Database;
  readonly #own: boolean;
  readonly #leases: Leases;
  readonly #settling: Settling;
  readonly #desk: Desk;
  readonly #listeners: Listeners = new Listeners();
  #closed = false;

  constructor(db: Database, { own, create }: { readonly own: boolean; readonly create: boolean }) {
    this.#db = db;
    this.#own = own;
    if (!create && !hasOutbox(db)) throw new FanfareError("unavailable", "outbox: the database has none");
    if (own) prepareOwn(db);
    if (!isMigrated(db)) write(db, () => migrate(db));
    if (own) neverWait(db);
    this.#leases = new Leases(db);
    this.#settling = new Settling(db);
    this.#desk = new Desk(db);
  }

  async due({ now }: { readonly now: number }): Promise<boolean> {
    return this.#read(() => this.#leases.due(now));
  }

  async claim(ask: ClaimAsk): Promise<readonly number[]> {
    return this.#write(() => this.#leases.claim(ask));
  }

  async resign(relay: string): Promise<void> {
    this.#write(() => this.#leases.resign(relay));
  }

  async lease(ask: LeaseAsk): Promise<readonly LeasedRow[]> {
    for (let after = 0; ; await breath()) {
      // What is due may be others' work, and then nobody's lock is needed.
      const { due, through } = this.#read(() => this.#leases.look(ask, after));
      const rows = due ? this.#write(() => this.#leases.lease(ask, after)) : [];
      if (rows.length > 0 || through === undefined) return rows;
      after = through;
    }
  }

  async settle(ask: SettleAsk): Promise<number> {
    return this.#write(() => this.#settling.settle(ask));
  }

  async sweep(ask: SweepAsk): Promise<number> {
    return this.#write(() => this.#settling.sweep(ask));
  }

  async figures({ now }: { readonly now: number }): Promise<OutboxFigures> {
    return this.#read(() => this.#desk.figures(now));
  }

  async list(ask: ListAsk): Promise<readonly OutboxEntry[]> {
    return this.#read(() => this.#desk.list(ask));
  }

  async amend(numbers: readonly number[], decide: (entry: OutboxEntry) => Amendment): Promise<readonly OutboxEntry[]> {
    const entries = this.#write(() => this.#desk.amend(numbers, decide));
    this.ring();
    return entries;
  }

  follow(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  ring(): void {
    this.#listeners.call();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#own) this.#db.close();
  }

  #read<Result>(work: () => Result): Result {
    this.#assertOpen();
    // What the application has not committed must not be seen.
    return this.#db.isTransaction ? this.#write(work) : busyIsBusy(work);
  }

  #write<Result>(work: () => Result): Result {
    this.#assertOpen();
    return write(this.#db, work);
  }

  #assertOpen(): void {
    if (this.#closed) throw new FanfareError("unavailable", "outbox: is closed");
  }
}

/** Lets this thread do its other work. */
function breath(): Promise<void> {
  return new Promise((resolve) => nodeRuntime.soon(resolve));
}

/**
 * All that the relay writes may be lost with the power, so it needs no sync. Checkpoints are the application's, which
 * makes one after 1 000 pages; only when it is silent for long while a relay works does the relay make one.
 */
function prepareOwn(db: Database): void {
  busyIsBusy(() =>
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 16000"),
  );
}
