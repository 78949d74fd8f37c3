import { FanfareError, type Attributes, type EventInput } from "@fanfare/protocol";

/**
 * Where a row stands: `pending` waits for a relay, `leased` is being published, `failed` waits for its next attempt,
 * `dead` waits for a person, `sent` is in the log.
 */
export type RowState = "pending" | "leased" | "failed" | "dead" | "sent";

/** A row that a relay has leased: what is published, and what is known of earlier attempts. */
export interface LeasedRow {
  /** Given by the database when the row was added; the order of a key's rows. */
  readonly number: number;
  readonly key: string;
  readonly topic: string;
  readonly id: string;
  readonly type: string;
  /** RFC 3339. */
  readonly time: string;
  /** JSON text. */
  readonly attributes: string;
  /** JSON text. */
  readonly data: string;
  /** Refusals so far. */
  readonly attempts: number;
  /** Milliseconds since 1970: since when the log may have the event without our knowing, before this lease. */
  readonly unsureSince: number | undefined;
}

/** A row as a person looks at it. */
export interface OutboxEntry {
  readonly number: number;
  readonly state: RowState;
  readonly key: string;
  readonly topic: string;
  readonly id: string;
  readonly type: string;
  /** Refusals so far. */
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  /** Milliseconds since 1970: the end of a `failed` row's wait, or of a `leased` row's lease. */
  readonly nextAttemptAt?: number;
  /** What the last attempt met. */
  readonly error?: string;
  /** Milliseconds since 1970: since when the log may have the event without our knowing. */
  readonly unsureSince?: number;
}

/** The row's event as the log takes it. Throws `invalid_json` for a row that some other program wrote. */
export function toEventInput({ id, type, time, attributes, data }: LeasedRow): EventInput<unknown> {
  try {
    return { id, type, time, attributes: JSON.parse(attributes) as Attributes, data: JSON.parse(data) as unknown };
  } catch (cause) {
    throw new FanfareError("invalid_json", "row: its attributes or data are not JSON", { cause });
  }
}
