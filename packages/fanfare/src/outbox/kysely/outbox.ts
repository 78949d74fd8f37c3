import type { EventInput } from "@fanfare/protocol";
import type { Kysely, Transaction } from "kysely";
import { outboxRow, type AddOptions, type DraftOptions, type OutboxRow } from "../draft.ts";

/** Rings when rows were committed; a store is one. */
export interface Bell {
  ring(): void;
}

/** Adds events in one transaction. */
export interface TransactionOutbox {
  /** Answers the event's id. Throws what {@link outboxRow} throws. */
  add(topic: string, event: EventInput<unknown>, options?: AddOptions): Promise<string>;
}

/** Publishes from Kysely's transactions. */
export interface KyselyOutbox<Tables> {
  /** Runs the work in a transaction, commits, and tells the relay. Whatever it throws leaves nothing behind. */
  transaction<Result>(
    work: (transaction: Transaction<Tables>, outbox: TransactionOutbox) => Promise<Result>,
  ): Promise<Result>;
  /** For a transaction of your own: the relay finds its rows when it next looks, or at `ring` of the store. */
  within(transaction: Transaction<Tables>): TransactionOutbox;
}

interface OutboxTables {
  fanfare_outbox: OutboxRow;
}

/**
 * The outbox for Kysely, on SQLite or PostgreSQL: whatever its `store` is made for.
 *
 * @example
 * const outbox = kyselyOutbox(db, sqliteOutboxStore("shop.db"));
 * await outbox.transaction(async (tx, events) => {
 *   await tx.updateTable("orders").set({ paid: 1 }).where("id", "=", 7).execute();
 *   await events.add("orders.eu", { type: "order.paid", data: { order: 7 } });
 * });
 */
export function kyselyOutbox<Tables>(
  db: Kysely<Tables>,
  store: Bell,
  options: DraftOptions = {},
): KyselyOutbox<Tables> {
  const within = (transaction: Transaction<Tables>): TransactionOutbox => ({
    async add(topic, event, more = {}) {
      const row = outboxRow(topic, event, { ...options, ...more });
      const tables = transaction as unknown as Transaction<OutboxTables>;
      await tables.insertInto("fanfare_outbox").values(row).execute();
      return row.id;
    },
  });
  return {
    within,
    async transaction(work) {
      const result = await db.transaction().execute((transaction) => work(transaction, within(transaction)));
      store.ring();
      return result;
    },
  };
}
