import type { Outcome } from "../outcome.ts";
import type { SettleAsk, SweepAsk } from "../store.ts";
import { prepare, type Database, type Statement } from "./database.ts";

const MINE = "WHERE number = ? AND relay = ? AND state = 'leased'";

/** Writes what became of leased rows, in the caller's transaction. */
export class Settling {
  readonly #sent: Statement<[number, string, string], { number: number }>;
  readonly #failed: Statement<[number, number, string, number | null, number, string]>;
  readonly #dead: Statement<[number, string, number | null, number, number, string]>;
  readonly #released: Statement<[number | null, number, string]>;
  readonly #count: Statement<[number, number, number]>;
  readonly #note: Statement<[string, number]>;
  readonly #sweep: Statement<[number, number]>;

  constructor(db: Database) {
    this.#sent = prepare(
      db,
      `UPDATE fanfare_outbox SET state = 'sent', relay = NULL, error = NULL, settled_at = ?
       WHERE number IN (SELECT value FROM json_each(?)) AND relay = ? AND state = 'leased' RETURNING number`,
    );
    this.#failed = prepare(
      db,
      `UPDATE fanfare_outbox SET state = 'failed', relay = NULL, attempts = ?, next_attempt_at = ?, error = ?,
       unsure_since = ? ${MINE}`,
    );
    this.#dead = prepare(
      db,
      `UPDATE fanfare_outbox SET state = 'dead', relay = NULL, attempts = ?, error = ?, unsure_since = ?,
       settled_at = ? ${MINE}`,
    );
    this.#released = prepare(
      db,
      `UPDATE fanfare_outbox SET state = 'pending', relay = NULL, next_attempt_at = 0, unsure_since = ? ${MINE}`,
    );
    this.#count = prepare(
      db,
      "UPDATE fanfare_outbox_totals SET sent = sent + ?, duplicates = duplicates + ?, died = died + ?",
    );
    this.#note = prepare(db, "UPDATE fanfare_outbox_totals SET error = ?, error_at = ?");
    this.#sweep = prepare(
      db,
      `DELETE FROM fanfare_outbox WHERE number IN (
         SELECT number FROM fanfare_outbox WHERE state = 'sent' AND settled_at < ? ORDER BY settled_at LIMIT ?)`,
    );
  }

  settle({ relay, now, outcomes }: SettleAsk): number {
    const done = this.#writeSent(outcomes, relay, now);
    const written = outcomes.filter((outcome) =>
      outcome.kind === "sent" ? done.has(outcome.number) : this.#write(outcome, relay, now) > 0,
    );
    const sent = written.filter((outcome) => outcome.kind === "sent");
    const duplicates = sent.filter(({ duplicate }) => duplicate).length;
    const died = written.filter(({ kind }) => kind === "dead").length;
    if (sent.length + died > 0) this.#count.run(sent.length, duplicates, died);
    const last = written.findLast((outcome) => "error" in outcome);
    if (last !== undefined) this.#note.run(last.error, now);
    return written.length;
  }

  sweep({ sentBefore, limit }: SweepAsk): number {
    return Number(this.#sweep.run(sentBefore, limit).changes);
  }

  /** Nearly all are sent, so they are one statement. */
  #writeSent(outcomes: readonly Outcome[], relay: string, now: number): ReadonlySet<number> {
    const numbers = outcomes.filter(({ kind }) => kind === "sent").map(({ number }) => number);
    return new Set(this.#sent.all(now, JSON.stringify(numbers), relay).map(({ number }) => number));
  }

  #write(outcome: Exclude<Outcome, { kind: "sent" }>, relay: string, now: number): number {
    const { number } = outcome;
    switch (outcome.kind) {
      case "failed": {
        const { attempts, nextAttemptAt, error, unsureSince } = outcome;
        return Number(this.#failed.run(attempts, nextAttemptAt, error, unsureSince ?? null, number, relay).changes);
      }
      case "dead": {
        const { attempts, error, unsureSince } = outcome;
        return Number(this.#dead.run(attempts, error, unsureSince ?? null, now, number, relay).changes);
      }
      case "released": {
        return Number(this.#released.run(outcome.unsureSince ?? null, number, relay).changes);
      }
    }
  }
}
