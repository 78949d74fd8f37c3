import { isFanfareError } from "@fanfare/protocol";
import type { LeasedRow } from "./row.ts";

/** What became of a leased row. */
export type Outcome = SentOutcome | FailedOutcome | DeadOutcome | ReleasedOutcome;

export interface SentOutcome {
  readonly kind: "sent";
  readonly number: number;
  /** The log had it already. */
  readonly duplicate: boolean;
}

export interface FailedOutcome {
  readonly kind: "failed";
  readonly number: number;
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly nextAttemptAt: number;
  readonly error: string;
  readonly unsureSince: number | undefined;
}

export interface DeadOutcome {
  readonly kind: "dead";
  readonly number: number;
  readonly attempts: number;
  readonly error: string;
  readonly unsureSince: number | undefined;
}

/** It was not tried: back to `pending` as if nothing had been. */
export interface ReleasedOutcome {
  readonly kind: "released";
  readonly number: number;
  readonly unsureSince: number | undefined;
}

/** Whether an error speaks of the events or of the log: only the former counts against a row. */
export type Blame = "event" | "log";

/** Characters of an error that are kept. */
const ERROR_LENGTH = 1_000;

/** A credential that expired, too many at once. */
const LATER = new Set([401, 429]);

/**
 * Codes of 4xx blame the event, except those that time alone cures; so does `internal`, as a bug that one event meets
 * would otherwise block its key for ever. Everything else, also what is no `FanfareError`, blames the log.
 */
export function blame(error: unknown): Blame {
  if (!isFanfareError(error)) return "log";
  if (error.code === "internal") return "event";
  return error.status < 500 && !LATER.has(error.status) ? "event" : "log";
}

/** After the log refused the event itself. What it refused it has not, so the row is no less sure than it was. */
export function afterRefusal(
  { number, attempts: before, unsureSince }: LeasedRow,
  error: unknown,
  { maxAttempts, nextAttemptAt }: { readonly maxAttempts: number; readonly nextAttemptAt: number },
): FailedOutcome | DeadOutcome {
  const attempts = before + 1;
  const refused = { number, attempts, error: describe(error), unsureSince };
  return attempts >= maxAttempts ? { kind: "dead", ...refused } : { kind: "failed", nextAttemptAt, ...refused };
}

/** After an attempt whose end is not known: perhaps the log has the event. */
export function afterSilence(
  { number, attempts, unsureSince }: LeasedRow,
  error: unknown,
  { triedAt, nextAttemptAt }: { readonly triedAt: number; readonly nextAttemptAt: number },
): FailedOutcome {
  return {
    kind: "failed",
    number,
    attempts,
    nextAttemptAt,
    error: describe(error),
    unsureSince: unsureSince ?? triedAt,
  };
}

/** Of a row that the log may once have had and may have forgotten: to publish it could double it. */
export function afterOblivion({ number, attempts, unsureSince }: LeasedRow): DeadOutcome {
  const error = "the log may have had this event and have forgotten its id: retry it with a new id, or discard it";
  return { kind: "dead", number, attempts, error, unsureSince };
}

export function released({ number, unsureSince }: LeasedRow): ReleasedOutcome {
  return { kind: "released", number, unsureSince };
}

/** Whether the log may have had the event and have forgotten its id. */
export function isForgotten(unsureSince: number | undefined, now: number, idMemoryMs: number): boolean {
  return unsureSince !== undefined && now - unsureSince > idMemoryMs;
}

export function describe(error: unknown): string {
  const text = isFanfareError(error)
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? error.message
      : String(error);
  return text.replaceAll("\0", "\u{fffd}").slice(0, ERROR_LENGTH);
}
