import type { DeliveryPolicy, Filter, Signal } from "@fanfare/protocol";

/** What a subscription is about; all of it may be changed while it runs. */
export interface Selection<Topic extends string = string> {
  /** Topics and patterns, 1 to 64. */
  readonly topics: readonly Topic[];
  readonly filter?: Filter | undefined;
  /** A narrower profile than the connection's. */
  readonly profile?: string | undefined;
  /** What happens to events that wait; default `complete`. */
  readonly delivery?: DeliveryPolicy | undefined;
}

/** What every subscription may have. */
export interface CommonOptions<Topic extends string = string> extends Selection<Topic> {
  /** Called for every signal that matches: ephemeral, in no order with events. */
  readonly onSignal?: ((signal: Signal) => void) | undefined;
  /**
   * Events that may wait for a slow application; default 10 000. Beyond it the subscription pauses at the hub, which keeps
   * a cursor for it and nothing else, and goes on when all are dealt with.
   */
  readonly bufferEvents?: number | undefined;
}

/** Begins at a place. */
export interface FromPlace<Topic extends string = string> extends CommonOptions<Topic> {
  /** A cursor, `start` or `now`; default `now`, and for a known consumer its last ack. */
  readonly after?: string | undefined;
  /** The scope that the cursor was told with. */
  readonly scope?: string | undefined;
  /** Name of a durable cursor that the hub keeps; it follows what the application has dealt with, or what `ack` says. */
  readonly consumer?: string | undefined;
}
