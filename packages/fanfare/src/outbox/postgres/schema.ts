import { FanfareError } from "@fanfare/protocol";
import { KEY_RANGES } from "../key-range.ts";
import { rowsOf, type PostgresClient, type PostgresPool } from "./client.ts";
import { transact } from "./transaction.ts";

/** Where commits are told; the payload is the schema of the table. */
export const CHANNEL = "fanfare_outbox";

/** Two processes that start together must not both make the tables. */
const MIGRATION_LOCK = 0x66616e66;

/** Each brings the tables from its index to the next version; one that was released is never changed. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE fanfare_outbox (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL,
    key text NOT NULL,
    key_range integer NOT NULL,
    topic text NOT NULL,
    type text NOT NULL,
    time text NOT NULL,
    attributes text NOT NULL,
    data text NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at bigint NOT NULL DEFAULT 0,
    relay text,
    unsure_since bigint,
    error text,
    added_at bigint NOT NULL,
    settled_at bigint
  );
  -- Each answers one question of the relay, and holds only the rows that the question is about.
  CREATE INDEX fanfare_outbox_open ON fanfare_outbox (number) WHERE state IN ('pending', 'leased', 'failed');
  CREATE INDEX fanfare_outbox_waiting ON fanfare_outbox (key) WHERE state IN ('leased', 'failed');
  CREATE INDEX fanfare_outbox_sent ON fanfare_outbox (settled_at) WHERE state = 'sent';
  CREATE INDEX fanfare_outbox_states ON fanfare_outbox (state, number) WHERE state <> 'sent';

  CREATE TABLE fanfare_outbox_ranges (key_range integer PRIMARY KEY, relay text, until bigint NOT NULL);
  INSERT INTO fanfare_outbox_ranges SELECT number, NULL, 0 FROM generate_series(0, ${KEY_RANGES - 1}) AS number;
  CREATE TABLE fanfare_outbox_relays (relay text PRIMARY KEY, until bigint NOT NULL);

  CREATE TABLE fanfare_outbox_totals (
    version integer NOT NULL,
    sent bigint NOT NULL,
    duplicates bigint NOT NULL,
    died bigint NOT NULL,
    error text,
    error_at bigint
  );
  INSERT INTO fanfare_outbox_totals VALUES (0, 0, 0, 0, NULL, NULL);

  -- Whoever inserts, with whatever tool, wakes the relays when it commits.
  CREATE FUNCTION fanfare_outbox_ring() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('${CHANNEL}', TG_TABLE_SCHEMA);
      RETURN NULL;
    END
  $$;
  CREATE TRIGGER fanfare_outbox_ring AFTER INSERT ON fanfare_outbox
    FOR EACH STATEMENT EXECUTE FUNCTION fanfare_outbox_ring();
  `,
];

/** Makes or renews the outbox's tables in the connection's schema. Throws `unavailable` for a later version. */
export async function migrate(pool: PostgresPool, { create }: { readonly create: boolean }): Promise<void> {
  await transact(pool, async (client) => {
    // Most starts find everything as it should be, and then the rights to change it are not needed.
    const found = await versionOf(client);
    if (found === MIGRATIONS.length) return;
    if (found === 0 && !create) throw new FanfareError("unavailable", "outbox: the database has none");
    await client.query("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
    const version = await versionOf(client);
    if (version > MIGRATIONS.length)
      throw new FanfareError("unavailable", "outbox: its tables were written by a later version of Fanfare");
    for (const migration of MIGRATIONS.slice(version)) await client.query(migration);
    await client.query("UPDATE fanfare_outbox_totals SET version = $1", [MIGRATIONS.length]);
  });
}

/** 0 where there is no outbox. */
async function versionOf(client: PostgresClient): Promise<number> {
  // Asks the catalogue itself: to_regclass may answer from what this connection knew before it waited for the lock.
  const found = await rowsOf(
    client,
    `SELECT 1 FROM pg_catalog.pg_class AS class JOIN pg_catalog.pg_namespace AS space ON space.oid = class.relnamespace
     WHERE class.relname = 'fanfare_outbox_totals' AND space.nspname = current_schema()`,
  );
  if (found.length === 0) return 0;
  const [row] = await rowsOf<{ version: number }>(client, "SELECT version FROM fanfare_outbox_totals");
  return row?.version ?? 0;
}
