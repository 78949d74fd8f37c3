import type { Cursor, Gap } from "@fanfare/protocol";
import type { Proof, Snapshot } from "./update.ts";

/** Where a subscription begins. */
export interface Beginning<State> {
  /** A cursor, `start` or `now`. */
  readonly after?: string | undefined;
  readonly scope?: string | undefined;
  /** The state that everything after the cursor goes on from. */
  readonly snapshot?: Snapshot<State> | undefined;
}

/** What can tell the hub how far it is. */
export interface Acknowledged {
  ack(cursor: Cursor): Promise<unknown>;
}

/** What knows where a subscription begins, when its options alone do not. */
export interface Origin<State> {
  /** Where the options alone do not say it. Tried again, with a pause, when it rejects. */
  load?(): Promise<Beginning<State>>;
  /** Whether to load again: after a gap, or without one since the selection was changed. Default never. */
  reloads?(gap?: Gap): boolean;
  /** Told what is proven; newer proofs supersede older ones. */
  keep?(proof: Proof, subscription: Acknowledged): void;
}
