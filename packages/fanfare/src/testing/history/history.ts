import type { Delivery, DeliveryPolicy, FanfareEvent, Filter } from "@fanfare/protocol";

/** What a log committed. Give the whole log: what is not in `events` is taken for never committed. */
export interface CommittedLog {
  readonly epoch: string;
  /** Every event in commit order; those too that retention removed since. */
  readonly events: readonly FanfareEvent[];
  /** Highest position that retention has removed, by topic; default: nothing was removed. */
  readonly trimmed?: Readonly<Record<string, number>> | undefined;
}

/** What one subscription asked for and got, from its answer to its end. A resumed one begins a history of its own. */
export interface SubscriptionHistory {
  /** Names it in messages. */
  readonly name: string;
  readonly topics: readonly string[];
  readonly filter?: Filter | undefined;
  /** What profile and grants let it see of the committed events; default: everything. */
  readonly allows?: ((event: FanfareEvent) => boolean) | undefined;
  /** The profile's transform: what it sees of an event, and what its filter looks at; default: the event itself. */
  readonly shows?: ((event: FanfareEvent) => FanfareEvent) | undefined;
  /** Default: `complete`. Of `latest`, what is really kept: `keep`, or the limit of a page where that is smaller. */
  readonly policy?: DeliveryPolicy | undefined;
  readonly asked?: Asked | undefined;
  /** The answer to `subscribe`. */
  readonly opened: Opened;
  /** In the order they came; heartbeats are deliveries without events. */
  readonly deliveries: readonly Delivery[];
  /** Everything up to this position must have come; default: nothing is asked of the end. */
  readonly completeThrough?: number | undefined;
}

/** Where a subscription wanted to begin. What is not given is not checked. */
export interface Asked {
  /** A cursor, `start` or `now`. */
  readonly after?: string | undefined;
  /** The scope that `after` was made under. */
  readonly scope?: string | undefined;
  /** The log's last position when it was asked: a cursor beyond it is of the future. */
  readonly head?: number | undefined;
}

export interface Opened {
  readonly cursor: string;
  readonly scope?: string | undefined;
  readonly recovered?: boolean | undefined;
}

export interface History {
  readonly log: CommittedLog;
  readonly subscriptions: readonly SubscriptionHistory[];
}

/**
 * - `log`: the log itself is none: positions do not ascend, an id is there twice
 * - `opening`: the answer does not fit what was asked
 * - `chain`: `prev` is not the cursor that was told before
 * - `epoch`: a cursor of another log where there is no `reset`
 * - `order`: positions do not ascend, or lie outside their delivery's interval
 * - `duplicate`: an event came twice
 * - `missing`: an event of an interval did not come, and no gap says so
 * - `foreign`: an event came that the subscription must not see, or that nobody committed
 * - `altered`: an event is not what was committed, or what the transform makes of it
 * - `gap`: a gap says what is not so
 * - `beyond`: a cursor claims more than was ever committed
 */
export type ViolationKind =
  | "log"
  | "opening"
  | "chain"
  | "epoch"
  | "order"
  | "duplicate"
  | "missing"
  | "foreign"
  | "altered"
  | "gap"
  | "beyond";

/** One broken promise. */
export interface Violation {
  readonly kind: ViolationKind;
  /** Name of the subscription; empty for the log itself. */
  readonly subscription: string;
  /** Index in its deliveries, where there is one to point at. */
  readonly delivery?: number;
  /** A sentence for people, with positions. */
  readonly message: string;
}
