import { FanfareError, type EventInput } from "@fanfare/protocol";
import { nodeRuntime } from "../../hub/node-runtime.ts";
import { outboxRow, type AddOptions, type DraftOptions } from "../draft.ts";
import { prepare, type Database, type Statement, type Value } from "./database.ts";
import type { SqliteOutboxStore } from "./store.ts";

/** Publishes from transactions of a plain `node:sqlite` connection. */
export interface SqliteOutbox {
  /**
   * Adds an event in the transaction that is open, and answers its id. The relay looks for it when this tick is over.
   *
   * Throws `invalid_request` outside a transaction, and what {@link outboxRow} throws.
   */
  add(topic: string, event: EventInput<unknown>, options?: AddOptions): string;
  /**
   * Runs the work in a transaction and answers what it returned; whatever it throws leaves nothing behind.
   *
   * `node:sqlite` knows no asynchronous work: a returned promise rolls back and throws `invalid_request`.
   */
  transaction<Result>(work: () => Result): Result;
}

/**
 * The outbox for a plain `node:sqlite` connection.
 *
 * @example
 * const db = new DatabaseSync("shop.db");
 * const outbox = sqliteOutbox(db, sqliteOutboxStore("shop.db"));
 * outbox.transaction(() => {
 *   db.prepare("UPDATE orders SET paid = 1 WHERE id = ?").run(7);
 *   outbox.add("orders.eu", { type: "order.paid", data: { order: 7 } });
 * });
 */
export function sqliteOutbox(db: Database, store: SqliteOutboxStore, options: DraftOptions = {}): SqliteOutbox {
  return new PlainOutbox(db, store, options);
}

const COLUMNS = ["id", "key", "key_range", "topic", "type", "time", "attributes", "data", "added_at"] as const;
const INSERT = `INSERT INTO fanfare_outbox (${COLUMNS.join(", ")}) VALUES (${COLUMNS.map(() => "?").join(", ")})`;

class PlainOutbox implements SqliteOutbox {
  readonly #db: Database;
  readonly #store: SqliteOutboxStore;
  readonly #options: DraftOptions;
  readonly #insert: Statement<Value[]>;
  #ringing = false;

  constructor(db: Database, store: SqliteOutboxStore, options: DraftOptions) {
    this.#db = db;
    this.#store = store;
    this.#options = options;
    this.#insert = prepare(db, INSERT);
  }

  add(topic: string, event: EventInput<unknown>, options: AddOptions = {}): string {
    if (!this.#db.isTransaction)
      throw new FanfareError("invalid_request", "outbox.add: there is no transaction that it could be a part of");
    const row = outboxRow(topic, event, { ...this.#options, ...options });
    this.#insert.run(...COLUMNS.map((column) => row[column]));
    this.#ringSoon();
    return row.id;
  }

  transaction<Result>(work: () => Result): Result {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      if (isPromise(result))
        throw new FanfareError(
          "invalid_request",
          "outbox.transaction: its work returned a promise, but a transaction of node:sqlite is synchronous",
        );
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** SQLite does not say when a commit has happened; a synchronous one has when the tick is over. */
  #ringSoon(): void {
    if (this.#ringing) return;
    this.#ringing = true;
    nodeRuntime.soon(() => {
      this.#ringing = false;
      this.#store.ring();
    });
  }
}

function isPromise(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
