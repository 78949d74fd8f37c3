import type { SubscriptionStatus } from "../index.ts";

/** How a subscription is, and why it is over. */
export interface ViewStatus extends SubscriptionStatus {
  /** What ended it; absent while it is not over. Throw it to have an error boundary show it. */
  readonly error: Error | undefined;
}

/** What a component renders: replaced, never changed. */
export interface View<State> {
  readonly state: State;
  readonly status: ViewStatus;
}

/** Of a server's render, of a hydrating one, and of every first one. */
export const FIRST_VIEW_STATUS: ViewStatus = {
  state: "waiting",
  completeUpTo: undefined,
  stale: false,
  repeated: 0,
  broken: 0,
  error: undefined,
};
