import type { Attributes, DeliveryPolicy, Filter, FanfareEvent, Pattern } from "@fanfare/protocol";

/** The part of an event that a transform may change. */
export interface EventContent {
  readonly type: string;
  readonly attributes: Attributes;
  readonly data: FanfareEvent["data"];
}

/**
 * Changes what the subscribers of a profile see of an event: redaction. MUST be pure and sees no identity, so that its
 * result is shared by everybody; filters of clients see its result, never what it took away.
 */
export type Transform = (event: FanfareEvent) => EventContent;

/** A named server-side bundle that a connection asks for: what may be seen, how it looks, how it is delivered. */
export interface Profile {
  readonly name: string;
  /** Only events of these topics are sent; default all. */
  readonly topics?: readonly Pattern[];
  /** Only events that pass are sent. */
  readonly filter?: Filter;
  readonly transform?: Transform;
  /** Policy of subscriptions that name none; default `complete`. */
  readonly delivery?: DeliveryPolicy;
  /** Default: the hub's. */
  readonly subscriptionsPerConnection?: number;
}

/** What a connection gets that asks for none: everything that its grants allow, as it is. */
export const DEFAULT_PROFILE: Profile = { name: "default" };
