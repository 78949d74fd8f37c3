import { FanfareError, type EventInput } from "@fanfare/protocol";
import { outboxRow, type AddOptions, type DraftOptions } from "../draft.ts";
import type { PostgresClient, PostgresPool, PostgresPoolClient } from "./client.ts";
import { inTransaction } from "./transaction.ts";

/** Adds events in one transaction. */
export interface TransactionOutbox {
  /** Answers the event's id. Throws what `outboxRow` throws. */
  add(topic: string, event: EventInput<unknown>, options?: AddOptions): Promise<string>;
}

/** Publishes from transactions of plain `pg`. PostgreSQL tells the relays of every commit. */
export interface PostgresOutbox<Client> {
  /** Runs the work in a transaction and commits. Whatever it throws leaves nothing behind. */
  transaction<Result>(work: (client: Client, outbox: TransactionOutbox) => Promise<Result>): Promise<Result>;
  /** For a transaction of your own, on this connection. Throws `invalid_request` for a pool, which has no transaction. */
  within(client: PostgresClient): TransactionOutbox;
}

const COLUMNS = ["id", "key", "key_range", "topic", "type", "time", "attributes", "data", "added_at"] as const;
const PLACES = COLUMNS.map((_, index) => `$${index + 1}`);
const INSERT = `INSERT INTO fanfare_outbox (${COLUMNS.join(", ")}) VALUES (${PLACES.join(", ")})`;

/**
 * The outbox for a plain pool of `pg`, whose tables `postgresOutboxStore` makes.
 *
 * @example
 * const outbox = postgresOutbox<pg.PoolClient>(pool);
 * await outbox.transaction(async (client, events) => {
 *   await client.query("UPDATE orders SET paid = true WHERE id = $1", [7]);
 *   await events.add("orders.eu", { type: "order.paid", data: { order: 7 } });
 * });
 */
export function postgresOutbox<Client extends PostgresPoolClient>(
  pool: PostgresPool<Client>,
  options: DraftOptions = {},
): PostgresOutbox<Client> {
  const within = (client: PostgresClient): TransactionOutbox => {
    // A pool answers queries as a connection does, each on any connection: the event would be committed by itself.
    if ("totalCount" in client)
      throw new FanfareError("invalid_request", "outbox.within: needs the transaction's own connection, not a pool");
    return {
      async add(topic, event, more = {}) {
        const row = outboxRow(topic, event, { ...options, ...more });
        await client.query(
          INSERT,
          COLUMNS.map((column) => row[column]),
        );
        return row.id;
      },
    };
  };
  return {
    within,
    transaction: (work) => inTransaction(pool, "BEGIN", (client) => work(client, within(client))),
  };
}
