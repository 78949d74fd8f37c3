import type { Amendment } from "../amendment.ts";
import { COUNT_LIMIT, type OutboxFigures } from "../figures.ts";
import type { OutboxEntry, RowState } from "../row.ts";
import type { ListAsk } from "../store.ts";
import { rowsOf, type Bigint, type PostgresClient } from "./client.ts";

interface EntryRow {
  readonly number: Bigint;
  readonly state: RowState;
  readonly key: string;
  readonly topic: string;
  readonly id: string;
  readonly type: string;
  readonly attempts: number;
  readonly added_at: Bigint;
  readonly next_attempt_at: Bigint;
  readonly error: string | null;
  readonly unsure_since: Bigint | null;
}

interface FiguresRow extends Record<RowState | "duplicates" | "died" | "all_sent", Bigint> {
  readonly oldest: Bigint | null;
  readonly error: string | null;
  readonly error_at: Bigint | null;
}

const ENTRY = "number, state, key, topic, id, type, attempts, added_at, next_attempt_at, error, unsure_since";

const counted = (state: RowState): string =>
  `(SELECT count(*) FROM (SELECT 1 FROM fanfare_outbox WHERE state = '${state}' LIMIT ${COUNT_LIMIT}) AS rows) AS ${state}`;

const FIGURES = `
  SELECT ${counted("pending")}, ${counted("leased")}, ${counted("failed")}, ${counted("dead")}, ${counted("sent")},
    totals.sent AS all_sent, duplicates, died, error, error_at,
    (SELECT added_at FROM fanfare_outbox WHERE state IN ('pending', 'leased', 'failed') ORDER BY number LIMIT 1) AS oldest
  FROM fanfare_outbox_totals AS totals`;

export async function figures(client: PostgresClient, now: number): Promise<OutboxFigures> {
  const [row] = await rowsOf<FiguresRow>(client, FIGURES);
  const { error = null, error_at: at = null, oldest = null } = row ?? {};
  const count = (name: RowState | "duplicates" | "died" | "all_sent"): number => Number(row?.[name] ?? 0);
  return {
    pending: count("pending"),
    leased: count("leased"),
    failed: count("failed"),
    dead: count("dead"),
    sent: count("sent"),
    oldestPendingAgeMs: oldest === null ? 0 : Math.max(0, now - Number(oldest)),
    ...(error !== null && at !== null && { lastError: { message: error, at: Number(at) } }),
    totals: { sent: count("all_sent"), duplicates: count("duplicates"), died: count("died") },
  };
}

export async function list(client: PostgresClient, { state, after, limit }: ListAsk): Promise<readonly OutboxEntry[]> {
  const rows = await rowsOf<EntryRow>(
    client,
    `SELECT ${ENTRY} FROM fanfare_outbox WHERE state = $1 AND state <> 'sent' AND number > $2 ORDER BY number LIMIT $3`,
    [state, after, limit],
  );
  return rows.map(toEntry);
}

export async function amend(
  client: PostgresClient,
  numbers: readonly number[],
  decide: (entry: OutboxEntry) => Amendment,
): Promise<readonly OutboxEntry[]> {
  const rows = await rowsOf<EntryRow>(
    client,
    `SELECT ${ENTRY} FROM fanfare_outbox WHERE number = ANY($1::bigint[]) ORDER BY number FOR UPDATE`,
    [numbers],
  );
  const entries = rows.map(toEntry);
  for (const entry of entries) await apply(client, entry.number, decide(entry));
  return entries;
}

async function apply(client: PostgresClient, number: number, amendment: Amendment): Promise<void> {
  if (amendment.kind === "discard") await client.query("DELETE FROM fanfare_outbox WHERE number = $1", [number]);
  if (amendment.kind !== "retry") return;
  // Under its own id it is as unsure as before; under a new one nobody has ever seen it.
  await client.query(
    `UPDATE fanfare_outbox SET state = 'pending', attempts = 0, next_attempt_at = 0, settled_at = NULL,
       unsure_since = CASE id WHEN $1 THEN unsure_since END, id = $1 WHERE number = $2`,
    [amendment.id, number],
  );
}

function toEntry(row: EntryRow): OutboxEntry {
  const { added_at: addedAt, next_attempt_at: next, error, unsure_since: unsureSince, ...rest } = row;
  return {
    ...rest,
    number: Number(row.number),
    addedAt: Number(addedAt),
    ...((row.state === "failed" || row.state === "leased") && { nextAttemptAt: Number(next) }),
    ...(error !== null && { error }),
    ...(unsureSince !== null && { unsureSince: Number(unsureSince) }),
  };
}
