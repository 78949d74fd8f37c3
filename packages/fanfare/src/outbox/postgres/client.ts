/** What the outbox needs of a connection of `pg`: a `Client` or `PoolClient` is one. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

/** A connection that a pool lends. */
export interface PostgresPoolClient extends PostgresClient {
  /** `true` closes the connection instead of keeping it. */
  release(destroy?: boolean): void;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "notification", listener: (message: { readonly payload?: string | undefined }) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
}

/** What the outbox needs of a `Pool` of `pg`. */
export interface PostgresPool<Client extends PostgresPoolClient = PostgresPoolClient> {
  connect(): Promise<Client>;
}

/** The caller says what the rows are: SQL has no types that the compiler could check. */
export async function rowsOf<Row>(
  client: PostgresClient,
  text: string,
  values: unknown[] = [],
): Promise<readonly Row[]> {
  const { rows } = await client.query(text, values);
  return rows as Row[];
}

/** PostgreSQL's 64-bit numbers come as text; those of the outbox are times and counts. */
export type Bigint = string;
