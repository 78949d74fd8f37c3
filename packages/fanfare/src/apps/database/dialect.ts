import {
  type CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
} from "kysely";
import { Connection } from "./connection.ts";
import type { ConnectionOptions } from "./statement.ts";

/** Kysely on one connection of `node:sqlite` that lives on a thread of its own. */
export function threadDialect(options: ConnectionOptions): Dialect {
  return {
    createDriver: () => new ThreadDriver(options),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new ThreadAdapter(),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  };
}

class ThreadAdapter extends SqliteAdapter {
  /** SQLite rolls back a CREATE TABLE like anything else: a migration that fails leaves nothing behind. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ThreadDriver implements Driver {
  readonly #connection: Connection;
  readonly #begin: string;

  constructor(options: ConnectionOptions) {
    this.#connection = new Connection(options);
    // A writer takes the lock at once: one that read first could not get it any more.
    this.#begin = options.readOnly ? "begin" : "begin immediate";
  }

  async init(): Promise<void> {
    await this.#connection.run("select 1");
  }

  /** Kysely gives the one connection to one user after the other. */
  async acquireConnection(): Promise<DatabaseConnection> {
    return new ThreadConnection(this.#connection);
  }

  async beginTransaction(): Promise<void> {
    await this.#connection.run(this.#begin);
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.run("commit");
  }

  async rollbackTransaction(): Promise<void> {
    await this.#connection.run("rollback");
  }

  async releaseConnection(): Promise<void> {
    // There is one, and it stays open.
  }

  async destroy(): Promise<void> {
    await this.#connection.close();
  }
}

class ThreadConnection implements DatabaseConnection {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changed } = await this.#connection.run(sql, parameters);
    if (changed === undefined) return { rows: rows as Row[] };
    return { rows: [], numAffectedRows: BigInt(changed.rows), insertId: BigInt(changed.lastId) };
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncGenerator<QueryResult<Row>, void, undefined> {
    yield await this.executeQuery<Row>(query);
  }
}
