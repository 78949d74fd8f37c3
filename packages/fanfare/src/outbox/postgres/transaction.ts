import { OutboxBusyError } from "../store.ts";
import type { PostgresClient, PostgresPool, PostgresPoolClient } from "./client.ts";

/** Its own rows are locked for milliseconds; who waits for longer waits for somebody who hangs. */
const BEGIN =
  "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '30s'";

/** Lock not available, deadlock, serialization failure: the same again may do. */
const BUSY: ReadonlySet<unknown> = new Set(["55P03", "40P01", "40001"]);

/** Runs the store's own work in a transaction of its own; whatever it throws leaves nothing behind. */
export function transact<Result>(
  pool: PostgresPool,
  work: (client: PostgresClient) => Promise<Result>,
): Promise<Result> {
  return inTransaction(pool, BEGIN, work).catch((error: unknown) => {
    throw isBusy(error) ? new OutboxBusyError(error) : error;
  });
}

/** Runs the work between `begin` and COMMIT on one connection of the pool. */
export async function inTransaction<Client extends PostgresPoolClient, Result>(
  pool: PostgresPool<Client>,
  begin: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let usable = false;
  // Who is told by a rejected query needs no event; but an "error" that nobody listens to ends the process.
  const ignore = (): void => undefined;
  client.on("error", ignore);
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query("COMMIT");
    usable = true;
    return result;
  } catch (error) {
    usable = await rolledBack(client);
    throw error;
  } finally {
    client.off("error", ignore);
    client.release(!usable);
  }
}

/** A connection that can't even roll back is no good to anybody. */
async function rolledBack(client: PostgresClient): Promise<boolean> {
  try {
    await client.query("ROLLBACK");
    return true;
  } catch {
    return false;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && BUSY.has(error.code);
}
