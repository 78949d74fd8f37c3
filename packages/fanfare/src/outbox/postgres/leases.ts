import type { LeasedRow } from "../row.ts";
import { shareOf } from "../shares.ts";
import type { ClaimAsk, LeaseAsk } from "../store.ts";
import { rowsOf, type Bigint, type PostgresClient } from "./client.ts";

interface Due extends Omit<LeasedRow, "number" | "unsureSince"> {
  readonly number: Bigint;
  readonly unsure_since: Bigint | null;
}

interface Range {
  readonly key_range: number;
  readonly relay: string | null;
  readonly until: Bigint;
}

/** Rows that may be taken: due, in one of the ranges, and of a key that has no row in somebody's hands. */
const DUE = `
  SELECT number, key, topic, id, type, time, attributes, data, attempts, unsure_since
  FROM fanfare_outbox AS due
  WHERE state IN ('pending', 'leased', 'failed') AND next_attempt_at <= $1 AND key_range = ANY($2::integer[])
    AND NOT EXISTS (
      SELECT 1 FROM fanfare_outbox AS other
      WHERE other.key = due.key AND other.state IN ('leased', 'failed') AND other.next_attempt_at > $1
    )
  ORDER BY number LIMIT $3 FOR UPDATE OF due`;

export async function due(client: PostgresClient, now: number): Promise<boolean> {
  const rows = await rowsOf(
    client,
    "SELECT 1 FROM fanfare_outbox WHERE state IN ('pending', 'leased', 'failed') AND next_attempt_at <= $1 LIMIT 1",
    [now],
  );
  return rows.length > 0;
}

export async function claim(client: PostgresClient, { relay, now, leaseMs }: ClaimAsk): Promise<readonly number[]> {
  const until = now + leaseMs;
  // One claims after the other, and none while rows of the ranges are being leased.
  const ranges = await rowsOf<Range>(
    client,
    "SELECT key_range, relay, until FROM fanfare_outbox_ranges ORDER BY key_range FOR UPDATE",
  );
  await client.query("DELETE FROM fanfare_outbox_relays WHERE until <= $1", [now]);
  await client.query(
    "INSERT INTO fanfare_outbox_relays VALUES ($1, $2) ON CONFLICT (relay) DO UPDATE SET until = excluded.until",
    [relay, until],
  );
  const [count] = await rowsOf<{ relays: Bigint }>(client, "SELECT count(*) AS relays FROM fanfare_outbox_relays");
  const holdings = ranges.map((row) => ({
    range: row.key_range,
    relay: Number(row.until) > now ? (row.relay ?? undefined) : undefined,
  }));
  const { held, given } = shareOf(relay, Number(count?.relays ?? 1), holdings);
  const hold = "UPDATE fanfare_outbox_ranges SET relay = $1, until = $2 WHERE key_range = ANY($3::integer[])";
  await client.query(hold, [relay, until, held]);
  if (given.length > 0) await client.query(hold, [null, 0, given]);
  return held;
}

export async function resign(client: PostgresClient, relay: string): Promise<void> {
  await client.query("UPDATE fanfare_outbox_ranges SET relay = NULL, until = 0 WHERE relay = $1", [relay]);
  await client.query("DELETE FROM fanfare_outbox_relays WHERE relay = $1", [relay]);
}

export async function lease(
  client: PostgresClient,
  { relay, now, leaseMs, limit }: LeaseAsk,
): Promise<readonly LeasedRow[]> {
  // Shared, so that the ranges stay the relay's own until this is committed.
  const ranges = await rowsOf<{ key_range: number }>(
    client,
    "SELECT key_range FROM fanfare_outbox_ranges WHERE relay = $1 AND until > $2 ORDER BY key_range FOR SHARE",
    [relay, now],
  );
  if (ranges.length === 0) return [];
  const rows = await rowsOf<Due>(client, DUE, [now, ranges.map((range) => range.key_range), limit]);
  if (rows.length === 0) return [];
  await client.query(
    `UPDATE fanfare_outbox SET state = 'leased', relay = $1, next_attempt_at = $2, unsure_since = coalesce(unsure_since, $3)
     WHERE number = ANY($4::bigint[])`,
    [relay, now + leaseMs, now, rows.map(({ number }) => number)],
  );
  return rows.map(({ number, unsure_since: unsureSince, ...row }) => ({
    ...row,
    number: Number(number),
    unsureSince: unsureSince === null ? undefined : Number(unsureSince),
  }));
}
