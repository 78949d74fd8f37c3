import { FanfareError } from "@fanfare/protocol";
import type { Amendment } from "../amendment.ts";
import type { OutboxFigures } from "../figures.ts";
import type { LeasedRow, OutboxEntry } from "../row.ts";
import type { ClaimAsk, LeaseAsk, ListAsk, OutboxStore, SettleAsk, SweepAsk } from "../store.ts";
import type { PostgresClient, PostgresPool } from "./client.ts";
import { amend, figures, list } from "./desk.ts";
import { claim, due, lease, resign } from "./leases.ts";
import { Listening } from "./listening.ts";
import { migrate } from "./schema.ts";
import { settle, sweep } from "./settling.ts";
import { transact } from "./transaction.ts";

/** The outbox of a PostgreSQL database. */
export interface PostgresOutboxStore extends OutboxStore {
  /** Wakes this process's relay; commits do it by themselves, in every process. */
  ring(): void;
}

export interface PostgresOutboxOptions {
  /** Makes what is not there; otherwise that is `unavailable`. Default true. */
  readonly create?: boolean | undefined;
}

/**
 * The outbox's tables in the schema that the pool's connections are in, made when they are not there. A relay keeps one
 * connection of the pool for itself, to hear of commits. The pool stays the application's, to be closed after the store.
 *
 * Rejects with `unavailable` for tables of a later version, and with what `pg` says of a server that does not answer.
 *
 * @example
 * const pool = new pg.Pool({ connectionString: "postgres://localhost/shop" });
 * const store = await postgresOutboxStore(pool);
 * await using relay = startRelay({ store, publisher: hub });
 */
export async function postgresOutboxStore(
  pool: PostgresPool,
  { create = true }: PostgresOutboxOptions = {},
): Promise<PostgresOutboxStore> {
  await migrate(pool, { create });
  return new PostgresStore(pool);
}

class PostgresStore implements PostgresOutboxStore {
  readonly #pool: PostgresPool;
  readonly #listening: Listening;
  #closed = false;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
    this.#listening = new Listening(pool);
  }

  due({ now }: { readonly now: number }): Promise<boolean> {
    return this.#in((client) => due(client, now));
  }

  claim(ask: ClaimAsk): Promise<readonly number[]> {
    return this.#in((client) => claim(client, ask));
  }

  resign(relay: string): Promise<void> {
    return this.#in((client) => resign(client, relay));
  }

  lease(ask: LeaseAsk): Promise<readonly LeasedRow[]> {
    return this.#in((client) => lease(client, ask));
  }

  settle(ask: SettleAsk): Promise<number> {
    return this.#in((client) => settle(client, ask));
  }

  sweep(ask: SweepAsk): Promise<number> {
    return this.#in((client) => sweep(client, ask));
  }

  figures({ now }: { readonly now: number }): Promise<OutboxFigures> {
    return this.#in((client) => figures(client, now));
  }

  list(ask: ListAsk): Promise<readonly OutboxEntry[]> {
    return this.#in((client) => list(client, ask));
  }

  async amend(numbers: readonly number[], decide: (entry: OutboxEntry) => Amendment): Promise<readonly OutboxEntry[]> {
    const entries = await this.#in((client) => amend(client, numbers, decide));
    this.ring();
    return entries;
  }

  follow(listener: () => void): () => void {
    return this.#listening.add(listener);
  }

  ring(): void {
    this.#listening.ring();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listening.close();
  }

  async #in<Result>(work: (client: PostgresClient) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new FanfareError("unavailable", "outbox: is closed");
    return transact(this.#pool, work);
  }
}
