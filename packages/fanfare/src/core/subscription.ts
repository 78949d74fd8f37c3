import type { Cursor, DeliveryPolicy, Gap, Position } from "@fanfare/protocol";
import type { Audience, Cohort } from "./audience.ts";
import type { Outlet } from "./outlet.ts";

/**
 * A subscriber: a position in the log, and where it is at home. It never holds events.
 *
 * - `opening`: answered, not yet started
 * - `live`: at the head; told by its audience
 * - `lagging`: reads on from `seen` when its outlet is ready
 * - `loading`: a read of the log is under way
 * - `ended`: gets nothing more
 */
export type SubscriptionState = "opening" | "live" | "lagging" | "loading" | "ended";

export class Subscription {
  readonly id: string;
  readonly outlet: Outlet;
  readonly policy: DeliveryPolicy;
  audience: Audience;
  /** Where it is told with others; undefined while it is not live. */
  cohort: Cohort | undefined;
  state: SubscriptionState = "opening";
  /** Where the log ended when it was opened. */
  readonly head: Position;
  /** Last cursor position that the client was told: the `prev` of what comes next. */
  sent: Position;
  /** Everything up to here was looked at for it, and sent where it matched; never below `sent`. */
  seen: Position;
  /** A gap that the next delivery tells before anything else. */
  gap: Gap | undefined;
  /** `prev` of the next delivery where it is not our own cursor: a client's cursor of another epoch. */
  foreign: Cursor | undefined;
  /** Events dropped by policy so far. */
  dropped = 0;

  constructor(options: SubscriptionStart) {
    this.id = options.id;
    this.outlet = options.outlet;
    this.policy = options.policy;
    this.audience = options.audience;
    this.head = options.head;
    this.sent = options.position;
    this.seen = options.position;
    this.gap = options.gap;
    this.foreign = options.foreign;
  }
}

export interface SubscriptionStart {
  readonly id: string;
  readonly outlet: Outlet;
  readonly policy: DeliveryPolicy;
  readonly audience: Audience;
  readonly position: Position;
  readonly head: Position;
  readonly gap: Gap | undefined;
  readonly foreign: Cursor | undefined;
}
