import type { LeasedRow } from "../row.ts";
import { shareOf } from "../shares.ts";
import type { ClaimAsk, LeaseAsk } from "../store.ts";
import { prepare, type Database, type Statement } from "./database.ts";

interface Due extends Omit<LeasedRow, "unsureSince"> {
  readonly unsureSince: number | null;
}

/** Rows that one look goes over: many rows may wait behind a key that is not free, and this thread has other work. */
const WINDOW = 1_000;

/** As the indexes have it, word for word, or SQLite does not see that they will do. */
const OPEN_STATES = "state IN ('pending', 'leased', 'failed')";

/**
 * Rows of one window that may be taken: due, in a range of the relay's own, and of a key that has no row in somebody's
 * hands, nor one before the window, which an earlier look has passed by.
 */
const DUE = `
  FROM (
    SELECT number, key, key_range, next_attempt_at FROM fanfare_outbox WHERE ${OPEN_STATES} AND number > ?4
    ORDER BY number LIMIT ${WINDOW}
  ) AS due
  WHERE next_attempt_at <= ?1
    AND key_range IN (SELECT key_range FROM fanfare_outbox_ranges WHERE relay = ?2 AND until > ?1)
    AND NOT EXISTS (
      SELECT 1 FROM fanfare_outbox AS other
      WHERE other.key = due.key AND other.state IN ('leased', 'failed') AND other.next_attempt_at > ?1
    )
    AND NOT EXISTS (
      SELECT 1 FROM fanfare_outbox AS earlier
      WHERE earlier.key = due.key AND earlier.${OPEN_STATES} AND earlier.number <= ?4
    )
  ORDER BY number LIMIT ?3`;

/** What a look at a window found. */
export interface Window {
  readonly due: boolean;
  /** Where the next window begins; `undefined` after the last one. */
  readonly through: number | undefined;
}

/** Who may do what: the ranges of relays, and rows under lease. Writes are in the caller's transaction. */
export class Leases {
  readonly #due: Statement<[number, string, number, number], Due>;
  readonly #someDue: Statement<[number], { number: number }>;
  readonly #ownDue: Statement<[number, string, number, number], { number: number }>;
  readonly #window: Statement<[number], { through: number | null; rows: number }>;
  readonly #take: Statement<[string, number, number, string]>;
  readonly #forgetRelays: Statement<[number]>;
  readonly #enterRelay: Statement<[string, number]>;
  readonly #leaveRelay: Statement<[string]>;
  readonly #countRelays: Statement<[], { relays: number }>;
  readonly #ranges: Statement<[number], { range: number; relay: string | null }>;
  readonly #hold: Statement<[string | null, number, number]>;
  readonly #leaveRanges: Statement<[string]>;

  constructor(db: Database) {
    this.#due = prepare(
      db,
      `SELECT number, key, topic, id, type, time, attributes, data, attempts, unsure_since AS unsureSince
       FROM fanfare_outbox WHERE number IN (SELECT number ${DUE}) ORDER BY number`,
    );
    this.#someDue = prepare(
      db,
      `SELECT number FROM fanfare_outbox WHERE ${OPEN_STATES} AND next_attempt_at <= ? LIMIT 1`,
    );
    this.#ownDue = prepare(db, `SELECT number ${DUE}`);
    this.#window = prepare(
      db,
      `SELECT max(number) AS through, count(*) AS rows FROM (
         SELECT number FROM fanfare_outbox WHERE ${OPEN_STATES} AND number > ? ORDER BY number LIMIT ${WINDOW})`,
    );
    this.#take = prepare(
      db,
      `UPDATE fanfare_outbox SET state = 'leased', relay = ?, next_attempt_at = ?, unsure_since = coalesce(unsure_since, ?)
       WHERE number IN (SELECT value FROM json_each(?))`,
    );
    this.#forgetRelays = prepare(db, "DELETE FROM fanfare_outbox_relays WHERE until <= ?");
    this.#enterRelay = prepare(db, "INSERT OR REPLACE INTO fanfare_outbox_relays VALUES (?, ?)");
    this.#leaveRelay = prepare(db, "DELETE FROM fanfare_outbox_relays WHERE relay = ?");
    this.#countRelays = prepare(db, "SELECT count(*) AS relays FROM fanfare_outbox_relays");
    this.#ranges = prepare(
      db,
      "SELECT key_range AS range, iif(until > ?, relay, NULL) AS relay FROM fanfare_outbox_ranges ORDER BY key_range",
    );
    this.#hold = prepare(db, "UPDATE fanfare_outbox_ranges SET relay = ?, until = ? WHERE key_range = ?");
    this.#leaveRanges = prepare(db, "UPDATE fanfare_outbox_ranges SET relay = NULL, until = 0 WHERE relay = ?");
  }

  claim({ relay, now, leaseMs }: ClaimAsk): readonly number[] {
    this.#forgetRelays.run(now);
    this.#enterRelay.run(relay, now + leaseMs);
    const relays = this.#countRelays.get()?.relays ?? 1;
    const holdings = this.#ranges.all(now).map((row) => ({ range: row.range, relay: row.relay ?? undefined }));
    const { held, given } = shareOf(relay, relays, holdings);
    for (const range of held) this.#hold.run(relay, now + leaseMs, range);
    for (const range of given) this.#hold.run(null, 0, range);
    return held;
  }

  resign(relay: string): void {
    this.#leaveRelay.run(relay);
    this.#leaveRanges.run(relay);
  }

  due(now: number): boolean {
    return this.#someDue.get(now) !== undefined;
  }

  /** Whether `lease` would find anything in the window that begins after a row. */
  look({ relay, now }: LeaseAsk, after: number): Window {
    const due = this.#ownDue.get(now, relay, 1, after) !== undefined;
    const { through, rows } = this.#window.get(after) ?? { through: null, rows: 0 };
    return { due, through: rows < WINDOW ? undefined : (through ?? undefined) };
  }

  lease({ relay, now, leaseMs, limit }: LeaseAsk, after: number): readonly LeasedRow[] {
    const rows = this.#due.all(now, relay, limit, after);
    this.#take.run(relay, now + leaseMs, now, JSON.stringify(rows.map(({ number }) => number)));
    return rows.map(({ unsureSince, ...row }) => ({ ...row, unsureSince: unsureSince ?? undefined }));
  }
}
