import type { Cursor } from "@fanfare/protocol";

export type SubscriptionState =
  /** Not connected; comes back with the connection. */
  | "waiting"
  /** Loads its snapshot, or its place from the storage. */
  | "loading"
  /** Asked for, not answered yet. */
  | "opening"
  /** Receives what was there before. */
  | "catching-up"
  /** Has what there is. */
  | "live"
  /** So much waits for the application that no more is asked for. */
  | "paused"
  | "ended";

/** How a subscription is. */
export interface SubscriptionStatus {
  readonly state: SubscriptionState;
  /**
   * Everything up to this cursor was told to the application, which has dealt with it; `time` is when the hub said so, in
   * milliseconds since 1970. Absent before anything is proven.
   */
  readonly completeUpTo?: { readonly cursor: Cursor; readonly scope: string; readonly time: number } | undefined;
  /** Nothing was heard for two and a half heartbeats: there may be news. */
  readonly stale: boolean;
  /** Deliveries that came again and were dropped. */
  readonly repeated: number;
  /** Deliveries that did not continue the chain: refused, and repaired by resuming. */
  readonly broken: number;
}

export const FIRST_STATUS: SubscriptionStatus = {
  state: "waiting",
  stale: false,
  repeated: 0,
  broken: 0,
};
