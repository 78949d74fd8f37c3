import type { Outcome } from "../outcome.ts";
import type { SettleAsk, SweepAsk } from "../store.ts";
import { rowsOf, type Bigint, type PostgresClient } from "./client.ts";

/** What an outcome writes where the row is not sent; null leaves the column as it is. */
interface Change {
  readonly state: "failed" | "dead" | "pending";
  readonly attempts: number | null;
  readonly nextAttemptAt: number;
  readonly error: string | null;
  readonly unsureSince: number | null;
}

export async function settle(client: PostgresClient, { relay, now, outcomes }: SettleAsk): Promise<number> {
  const sent = outcomes.filter((outcome) => outcome.kind === "sent");
  const written = new Set([
    ...(await writeSent(client, sent, relay, now)),
    ...(await writeOthers(
      client,
      outcomes.filter((outcome) => outcome.kind !== "sent"),
      relay,
      now,
    )),
  ]);
  const mine = outcomes.filter(({ number }) => written.has(number));
  const done = sent.filter(({ number }) => written.has(number));
  const duplicates = done.filter(({ duplicate }) => duplicate).length;
  const died = mine.filter(({ kind }) => kind === "dead").length;
  const last = mine.findLast((outcome) => "error" in outcome);
  if (done.length + died > 0 || last !== undefined)
    await client.query(
      `UPDATE fanfare_outbox_totals SET sent = sent + $1, duplicates = duplicates + $2, died = died + $3,
         error = coalesce($4, error), error_at = coalesce($5, error_at)`,
      [done.length, duplicates, died, last?.error ?? null, last === undefined ? null : now],
    );
  return mine.length;
}

export async function sweep(client: PostgresClient, { sentBefore, limit }: SweepAsk): Promise<number> {
  const rows = await rowsOf(
    client,
    `DELETE FROM fanfare_outbox WHERE number IN (
       SELECT number FROM fanfare_outbox WHERE state = 'sent' AND settled_at < $1 ORDER BY settled_at LIMIT $2)
     RETURNING number`,
    [sentBefore, limit],
  );
  return rows.length;
}

async function writeSent(
  client: PostgresClient,
  sent: readonly Outcome[],
  relay: string,
  now: number,
): Promise<readonly number[]> {
  if (sent.length === 0) return [];
  const rows = await rowsOf<{ number: Bigint }>(
    client,
    `UPDATE fanfare_outbox SET state = 'sent', relay = NULL, error = NULL, settled_at = $1
     WHERE number = ANY($2::bigint[]) AND relay = $3 AND state = 'leased' RETURNING number`,
    [now, sent.map(({ number }) => number), relay],
  );
  return rows.map(({ number }) => Number(number));
}

async function writeOthers(
  client: PostgresClient,
  outcomes: readonly Exclude<Outcome, { kind: "sent" }>[],
  relay: string,
  now: number,
): Promise<readonly number[]> {
  if (outcomes.length === 0) return [];
  const changes = outcomes.map(toChange);
  const rows = await rowsOf<{ number: Bigint }>(
    client,
    `UPDATE fanfare_outbox AS own SET state = new.state, relay = NULL, attempts = coalesce(new.attempts, own.attempts),
       next_attempt_at = new.next_attempt_at, error = coalesce(new.error, own.error), unsure_since = new.unsure_since,
       settled_at = CASE new.state WHEN 'dead' THEN $1::bigint END
     FROM unnest($2::bigint[], $3::text[], $4::integer[], $5::bigint[], $6::text[], $7::bigint[])
       AS new (number, state, attempts, next_attempt_at, error, unsure_since)
     WHERE own.number = new.number AND own.relay = $8 AND own.state = 'leased' RETURNING own.number`,
    [
      now,
      outcomes.map(({ number }) => number),
      changes.map(({ state }) => state),
      changes.map(({ attempts }) => attempts),
      changes.map(({ nextAttemptAt }) => nextAttemptAt),
      changes.map(({ error }) => error),
      changes.map(({ unsureSince }) => unsureSince),
      relay,
    ],
  );
  return rows.map(({ number }) => Number(number));
}

function toChange(outcome: Exclude<Outcome, { kind: "sent" }>): Change {
  const unsureSince = outcome.unsureSince ?? null;
  switch (outcome.kind) {
    case "failed": {
      const { attempts, nextAttemptAt, error } = outcome;
      return { state: "failed", attempts, nextAttemptAt, error, unsureSince };
    }
    case "dead": {
      const { attempts, error } = outcome;
      return { state: "dead", attempts, nextAttemptAt: 0, error, unsureSince };
    }
    case "released": {
      return { state: "pending", attempts: null, nextAttemptAt: 0, error: null, unsureSince };
    }
  }
}
