import type { Amendment } from "../amendment.ts";
import { COUNT_LIMIT, type OutboxFigures } from "../figures.ts";
import type { OutboxEntry, RowState } from "../row.ts";
import type { ListAsk } from "../store.ts";
import { prepare, type Database, type Statement } from "./database.ts";

interface EntryRow {
  readonly number: number;
  readonly state: RowState;
  readonly key: string;
  readonly topic: string;
  readonly id: string;
  readonly type: string;
  readonly attempts: number;
  readonly added_at: number;
  readonly next_attempt_at: number;
  readonly error: string | null;
  readonly unsure_since: number | null;
}

interface TotalsRow {
  readonly sent: number;
  readonly duplicates: number;
  readonly died: number;
  readonly error: string | null;
  readonly error_at: number | null;
}

const ENTRY = "number, state, key, topic, id, type, attempts, added_at, next_attempt_at, error, unsure_since";

/** What people look at and change. */
export class Desk {
  readonly #count: Statement<[string, number], { rows: number }>;
  readonly #countSent: Statement<[number], { rows: number }>;
  readonly #oldest: Statement<[], { addedAt: number | null }>;
  readonly #totals: Statement<[], TotalsRow>;
  readonly #list: Statement<[string, number, number], EntryRow>;
  readonly #entry: Statement<[number], EntryRow>;
  readonly #discard: Statement<[number]>;
  readonly #retry: Statement<[string, number]>;

  constructor(db: Database) {
    const counted = (where: string, limit: string): string =>
      `SELECT count(*) AS rows FROM (SELECT 1 FROM fanfare_outbox WHERE ${where} LIMIT ${limit})`;
    this.#count = prepare(db, counted("state = ?1 AND state <> 'sent'", "?2"));
    this.#countSent = prepare(db, counted("state = 'sent'", "?1"));
    this.#oldest = prepare(
      db,
      "SELECT added_at AS addedAt FROM fanfare_outbox WHERE state IN ('pending', 'leased', 'failed') ORDER BY number LIMIT 1",
    );
    this.#totals = prepare(db, "SELECT sent, duplicates, died, error, error_at FROM fanfare_outbox_totals");
    this.#list = prepare(
      db,
      `SELECT ${ENTRY} FROM fanfare_outbox WHERE state = ? AND state <> 'sent' AND number > ? ORDER BY number LIMIT ?`,
    );
    this.#entry = prepare(db, `SELECT ${ENTRY} FROM fanfare_outbox WHERE number = ?`);
    this.#discard = prepare(db, "DELETE FROM fanfare_outbox WHERE number = ?");
    // Under its own id it is as unsure as before; under a new one nobody has ever seen it.
    this.#retry = prepare(
      db,
      `UPDATE fanfare_outbox SET state = 'pending', attempts = 0, next_attempt_at = 0, settled_at = NULL,
       unsure_since = iif(id = ?1, unsure_since, NULL), id = ?1 WHERE number = ?2`,
    );
  }

  figures(now: number): OutboxFigures {
    const count = (state: RowState): number => this.#count.get(state, COUNT_LIMIT)?.rows ?? 0;
    const { sent = 0, duplicates = 0, died = 0, error = null, error_at: at = null } = this.#totals.get() ?? {};
    const oldest = this.#oldest.get()?.addedAt;
    return {
      pending: count("pending"),
      leased: count("leased"),
      failed: count("failed"),
      dead: count("dead"),
      sent: this.#countSent.get(COUNT_LIMIT)?.rows ?? 0,
      oldestPendingAgeMs: oldest === undefined || oldest === null ? 0 : Math.max(0, now - oldest),
      ...(error !== null && at !== null && { lastError: { message: error, at } }),
      totals: { sent, duplicates, died },
    };
  }

  list({ state, after, limit }: ListAsk): readonly OutboxEntry[] {
    return this.#list.all(state, after, limit).map(toEntry);
  }

  amend(numbers: readonly number[], decide: (entry: OutboxEntry) => Amendment): readonly OutboxEntry[] {
    return numbers.flatMap((number) => {
      const row = this.#entry.get(number);
      if (row === undefined) return [];
      const entry = toEntry(row);
      const amendment = decide(entry);
      if (amendment.kind === "discard") this.#discard.run(number);
      if (amendment.kind === "retry") this.#retry.run(amendment.id, number);
      return [entry];
    });
  }
}

function toEntry(row: EntryRow): OutboxEntry {
  const { added_at: addedAt, next_attempt_at: nextAttemptAt, error, unsure_since: unsureSince, ...rest } = row;
  return {
    ...rest,
    addedAt,
    ...((row.state === "failed" || row.state === "leased") && { nextAttemptAt }),
    ...(error !== null && { error }),
    ...(unsureSince !== null && { unsureSince }),
  };
}
