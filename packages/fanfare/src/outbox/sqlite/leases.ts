import type { LeasedRow } from "../row.ts";
import { shareOf } from "../shares.ts";
import type { ClaimAsk, LeaseAsk } from "../store.ts";
import { prepare, type Database, type Statement } from "./database.ts";

interface Due extends Omit<LeasedRow, "unsureSince"> {
  readonly unsureSince: number | null;
}

/** Rows that may be taken: due, in a range of the relay's own, and of a key that has no row in somebody's hands. */
const DUE = `
  FROM fanfare_outbox AS due
  WHERE state IN ('pending', 'leased', 'failed') AND next_attempt_at <= ?1
    AND key_range IN (SELECT key_range FROM fanfare_outbox_ranges WHERE relay = ?2 AND until > ?1)
    AND NOT EXISTS (
      SELECT 1 FROM fanfare_outbox AS other
      WHERE other.key = due.key AND other.state IN ('leased', 'failed') AND other.next_attempt_at > ?1
    )
  ORDER BY number LIMIT ?3`;

/** Who may do what: the ranges of relays, and rows under lease. Writes are in the caller's transaction. */
export class Leases {
  readonly #due: Statement<[number, string, number], Due>;
  readonly #someDue: Statement<[number], { number: number }>;
  readonly #ownDue: Statement<[number, string, number], { number: number }>;
  readonly #take: Statement<[string, number, number, number]>;
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
      `SELECT number, key, topic, id, type, time, attributes, data, attempts, unsure_since AS unsureSince ${DUE}`,
    );
    this.#someDue = prepare(
      db,
      `SELECT number FROM fanfare_outbox WHERE state IN ('pending', 'leased', 'failed') AND next_attempt_at <= ? LIMIT 1`,
    );
    this.#ownDue = prepare(db, `SELECT number ${DUE}`);
    this.#take = prepare(
      db,
      `UPDATE fanfare_outbox SET state = 'leased', relay = ?, next_attempt_at = ?, unsure_since = coalesce(unsure_since, ?)
       WHERE number = ?`,
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

  /** Whether `lease` would find anything. */
  ownDue({ relay, now }: LeaseAsk): boolean {
    return this.#ownDue.get(now, relay, 1) !== undefined;
  }

  lease({ relay, now, leaseMs, limit }: LeaseAsk): readonly LeasedRow[] {
    const rows = this.#due.all(now, relay, limit);
    for (const { number } of rows) this.#take.run(relay, now + leaseMs, now, number);
    return rows.map(({ unsureSince, ...row }) => ({ ...row, unsureSince: unsureSince ?? undefined }));
  }
}
