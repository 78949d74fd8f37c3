/** What a reaction holds and what it has done. */
export interface ReactionFigures {
  /** It has handled everything up to here. */
  readonly position: number;
  /** Positions between it and the log's end; 0 when nothing more matches. */
  readonly lag: number;
  /** Events since the table was made. */
  readonly handled: number;
  readonly gaps: number;
  /** Letters that wait for a person, and those that wait to be handled again. */
  readonly dead: number;
  readonly due: number;
  /** Failed attempts at the event that it is at. */
  readonly attempts: number;
  /** What the last failed attempt met, and when (milliseconds since 1970). */
  readonly lastError?: { readonly message: string; readonly at: number };
}

export interface TimerFigures {
  /** Milliseconds since 1970. */
  readonly nextAt: number;
  readonly runs: number;
  /** Failed runs since the last good one. */
  readonly failures: number;
  readonly lastError?: { readonly message: string; readonly at: number };
}

export function lastError(error: string | null, at: number | null): { lastError?: { message: string; at: number } } {
  return error === null || at === null ? {} : { lastError: { message: error, at } };
}
