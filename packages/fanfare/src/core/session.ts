import type {
  Cursor,
  EventInput,
  Hello,
  PublishResult,
  Scope,
  SignalParams,
  SubscribeParams,
  SubscribeResult,
} from "@fanfare/protocol";
import type { Identity } from "./identity.ts";

/** What a transport does for its connected client: the hub's side of one connection. */
export interface Session {
  readonly id: string;
  readonly identity: Identity;
  /** Name of the connection's profile. */
  readonly profile: string;
  /** What a transport's client is told first. */
  hello(): Hello;
  /** Milliseconds since 1970, by the hub's clock. */
  now(): number;
  /**
   * Opens a subscription. The transport sends the answer first and then calls `start`, which is when delivery begins.
   * Throws `FanfareError` (`forbidden`, `subscription_exists`, `limit_exceeded`, `invalid_topic`, …).
   */
  subscribe(params: SubscribeParams): Promise<Opening>;
  /** Answers the last cursor that was sent. Throws `subscription_unknown`. */
  unsubscribe(subscription: string): Cursor;
  /** Moves the subscription's named consumer. Throws `invalid_ack` beyond what was delivered. */
  ack(subscription: string, cursor: string): Promise<Cursor>;
  publish(topic: string, events: readonly EventInput<unknown>[]): Promise<PublishResult>;
  /** Not echoed to this connection. */
  signal(params: SignalParams): void;
  /** Takes a newer credential of the same `sub`; re-evaluates the open subscriptions. */
  renew(identity: Identity): Renewal;
  /** The transport has drained after a `write` that answered `false`. */
  ready(): void;
  /** The client is gone. */
  closed(): void;
}

/** A subscription that is answered but not yet running. */
export interface Opening {
  readonly result: SubscribeResult;
  start(): void;
}

export interface Renewal {
  /** Milliseconds since 1970; `undefined` for never. */
  readonly expires: number | undefined;
  /** New scopes of the subscriptions whose scope changed. */
  readonly scopes: Readonly<Record<string, Scope>>;
}
