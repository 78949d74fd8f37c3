import type { LeasedRow, OutboxEntry, RowState } from "./row.ts";
import type { OutboxFigures } from "./figures.ts";
import type { Amendment } from "./amendment.ts";
import type { Outcome } from "./outcome.ts";

/**
 * The outbox's table as a relay needs it. Every adapter passes `outboxConformance` of `fanfare/testing`.
 *
 * An adapter MUST:
 * - make each call one transaction, atomic among all processes that share the table;
 * - lease rows of a relay's own ranges only, and no row of a key that has one under another lease or waiting;
 * - hand out rows in the order of their numbers, and never see a row before its transaction committed;
 * - throw {@link OutboxBusyError} instead of making this thread wait for somebody's lock.
 */
export interface RelayStore {
  /** Whether any row may be taken by anybody, perhaps: asked often, so it changes nothing and takes no lock. */
  due(ask: { readonly now: number }): Promise<boolean>;
  /** Takes, keeps or gives back ranges until the relay has its share; they are its own for `leaseMs`. Answers which. */
  claim(ask: ClaimAsk): Promise<readonly number[]>;
  /** Gives the relay's ranges back at once. */
  resign(relay: string): Promise<void>;
  /** Leases the oldest due rows of the relay's ranges. */
  lease(ask: LeaseAsk): Promise<readonly LeasedRow[]>;
  /** Writes what became of rows that are still leased by this relay; answers how many were. */
  settle(ask: SettleAsk): Promise<number>;
  /** Deletes rows that were sent before a moment, at most `limit`; answers how many. */
  sweep(ask: SweepAsk): Promise<number>;
  /** Calls the listener when rows may have been committed. The answer ends it. */
  follow(listener: () => void): () => void;
}

/** The outbox's table as a person needs it. */
export interface OutboxDesk {
  /** Counts up to 10 000 rows of each state. */
  figures(ask: { readonly now: number }): Promise<OutboxFigures>;
  /** Rows of one state by their numbers. */
  list(ask: ListAsk): Promise<readonly OutboxEntry[]>;
  /** Does with each row what the function says; rows that are not there are passed over. Answers the rows as they were. */
  amend(numbers: readonly number[], decide: (entry: OutboxEntry) => Amendment): Promise<readonly OutboxEntry[]>;
}

/** Both halves; what it opened itself, `close` gives back. */
export interface OutboxStore extends RelayStore, OutboxDesk {
  close(): Promise<void>;
}

export interface ClaimAsk {
  readonly relay: string;
  /** Milliseconds since 1970, here and below. */
  readonly now: number;
  readonly leaseMs: number;
}

export interface LeaseAsk extends ClaimAsk {
  readonly limit: number;
}

export interface SettleAsk {
  readonly relay: string;
  readonly now: number;
  readonly outcomes: readonly Outcome[];
}

export interface SweepAsk {
  readonly sentBefore: number;
  readonly limit: number;
}

export interface ListAsk {
  readonly state: Exclude<RowState, "sent">;
  /** Begin after this row's number. */
  readonly after: number;
  readonly limit: number;
}

/** Somebody else holds the lock: the same call may do a few milliseconds later. */
export class OutboxBusyError extends Error {
  override readonly name = "OutboxBusyError";

  constructor(cause: unknown) {
    super("outbox: another transaction holds the database's lock", { cause });
  }
}
