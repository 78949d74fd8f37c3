/** What an outbox holds and what it has done. */
export interface OutboxFigures {
  readonly pending: number;
  readonly leased: number;
  readonly failed: number;
  readonly dead: number;
  /** Sent rows that are still kept. */
  readonly sent: number;
  /** Milliseconds that the oldest row which is neither sent nor dead has waited; 0 when there is none. */
  readonly oldestPendingAgeMs: number;
  /** What the last failed attempt met, and when (milliseconds since 1970). */
  readonly lastError?: { readonly message: string; readonly at: number };
  readonly totals: OutboxTotals;
}

/** Counts since the table was made, by all relays. */
export interface OutboxTotals {
  readonly sent: number;
  /** Of the sent ones: those that the log had already. */
  readonly duplicates: number;
  readonly died: number;
}

/** No state is counted further. */
export const COUNT_LIMIT = 10_000;

/** The figures as a relay knows them. */
export interface RelayFigures extends OutboxFigures {
  readonly relay: string;
  /** Ranges of keys, of 16, that this relay claimed when it last had work. */
  readonly ranges: number;
  /** Turns since the last one in which the log answered and the table took it. */
  readonly consecutiveErrors: number;
}
