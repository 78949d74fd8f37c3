import type { Cursor, FanfareEvent, Gap } from "@fanfare/protocol";

/**
 * What a subscription tells its application. A loss is a value among the others: whoever switches over `kind` cannot forget it.
 */
export type Update<Event = FanfareEvent, State = never> =
  /** Every matching event since the update before, in order. */
  | { readonly kind: "events"; readonly events: readonly Event[]; readonly cursor: Cursor }
  /** Events are missing, as `gap` says. Comes before the events that follow it. */
  | { readonly kind: "gap"; readonly gap: Gap }
  // Told to those only who load one.
  | ([State] extends [never] ? never : SnapshotUpdate<State>);

/** The state to begin with, or to begin with again: everything told before is superseded. */
export interface SnapshotUpdate<State> {
  readonly kind: "snapshot";
  readonly state: State;
  readonly cursor: Cursor;
}

/** A state and the cursor up to which it holds everything. */
export interface Snapshot<State> {
  readonly state: State;
  readonly cursor: string;
}

/** What a subscription is known to be complete up to. */
export interface Proof {
  readonly cursor: Cursor;
  readonly scope: string;
  /** Milliseconds since 1970 when it was told. */
  readonly time: number;
}
