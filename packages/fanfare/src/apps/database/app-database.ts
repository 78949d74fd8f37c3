import { Kysely, type Transaction } from "kysely";
import type { Migration } from "kysely/migration";
import type { Limits } from "@fanfare/protocol";
import type { Runtime } from "../../core/ports/runtime.ts";
import { kyselyOutbox, type KyselyOutbox, type TransactionOutbox } from "../../outbox/kysely/outbox.ts";
import { sqliteOutboxStore, type SqliteOutboxStore } from "../../outbox/sqlite/store.ts";
import type { Call } from "../call.ts";
import { once } from "./answers.ts";
import { threadDialect } from "./dialect.ts";
import { migrateApp } from "./migrate.ts";
import { Turns } from "./turns.ts";

/** An app's own database. */
export interface AppDatabase<Tables> {
  /** Committed rows, on a connection that only reads and waits for no transaction. */
  readonly reader: Kysely<Tables>;
  /**
   * One at a time, in the order of the calls; whatever the work throws leaves nothing behind. Throws `unavailable` when the
   * turn does not come within `waitMs` (10 s).
   */
  transaction<Result>(work: (tx: AppTransaction<Tables>) => Promise<Result>): Promise<Result>;
}

/** Kysely's transaction, and what else belongs into one. */
export interface AppTransaction<Tables> extends Transaction<Tables> {
  /** Events that are published when, and only when, the transaction is committed. */
  readonly outbox: TransactionOutbox;
  /**
   * Runs the work once for each Idempotency-Key of a caller: the same call again answers what the first one did. Throws
   * `key_reused` for the same key with another method or input. Without a key it only runs the work. Answers are kept for
   * a day.
   */
  once<Result>(call: Pick<Call, "idempotency">, work: () => Promise<Result>): Promise<Result>;
}

export interface DatabaseOptions {
  readonly path: string;
  readonly sync: "full" | "normal";
  /** Milliseconds that a transaction waits for its turn, and for the lock of another process. */
  readonly waitMs: number;
  readonly migrations: Readonly<Record<string, Migration>>;
  readonly limits: Limits;
  readonly runtime: Runtime;
}

/** An open database with what its owner needs of it. */
export class OpenDatabase<Tables> implements AppDatabase<Tables> {
  readonly reader: Kysely<Tables>;
  readonly store: SqliteOutboxStore;
  readonly #writer: Kysely<Tables>;
  readonly #outbox: KyselyOutbox<Tables>;
  readonly #turns: Turns;
  readonly #runtime: Runtime;

  private constructor(options: DatabaseOptions, writer: Kysely<Tables>, store: SqliteOutboxStore) {
    const { path, sync, waitMs, limits, runtime } = options;
    this.store = store;
    this.#writer = writer;
    this.reader = new Kysely<Tables>({
      dialect: threadDialect({ path, sync, busyTimeoutMs: waitMs, readOnly: true }),
    });
    this.#outbox = kyselyOutbox(writer, store, { limits, runtime });
    this.#turns = new Turns(waitMs);
    this.#runtime = runtime;
  }

  static async open<Tables>(options: DatabaseOptions): Promise<OpenDatabase<Tables>> {
    const { path, sync, waitMs, migrations } = options;
    // First, as it works on this thread: a lock that a thread of ours holds would not be let go while it waits.
    const store = sqliteOutboxStore(path);
    const dialect = threadDialect({ path, sync, busyTimeoutMs: waitMs, readOnly: false });
    const writer = new Kysely<Tables>({ dialect });
    try {
      await migrateApp(writer, migrations);
      return new OpenDatabase(options, writer, store);
    } catch (error) {
      await writer.destroy();
      await store.close();
      throw error;
    }
  }

  transaction<Result>(work: (tx: AppTransaction<Tables>) => Promise<Result>): Promise<Result> {
    return this.#turns.take(() =>
      this.#outbox.transaction((transaction, outbox) =>
        work(
          Object.assign(transaction, {
            outbox,
            once: <Answer>(call: Pick<Call, "idempotency">, effect: () => Promise<Answer>) =>
              once(transaction, call, effect, this.#runtime.now()),
          }),
        ),
      ),
    );
  }

  async close(): Promise<void> {
    await this.reader.destroy();
    await this.#writer.destroy();
    await this.store.close();
  }
}
