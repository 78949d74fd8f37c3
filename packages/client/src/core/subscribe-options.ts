import type { DeliveryPolicy, Filter, Signal } from "@fanfare/protocol";
import type { CursorStorage } from "./storage.ts";
import type { Snapshot } from "./update.ts";

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

interface Common<Topic extends string> extends Selection<Topic> {
  /** Called for every signal that matches: ephemeral, in no order with events. */
  readonly onSignal?: ((signal: Signal) => void) | undefined;
  /**
   * Events that may wait for a slow application; default 10 000. Beyond it the subscription pauses at the hub, which keeps a
   * cursor for it and nothing else, and goes on when all are dealt with.
   */
  readonly bufferEvents?: number | undefined;
}

/** Begins at a place. */
export interface FromPlace<Topic extends string = string> extends Common<Topic> {
  /** A cursor, `start` or `now`; default `now`, and for a known consumer its last ack. */
  readonly after?: string | undefined;
  /** The scope that the cursor was told with. */
  readonly scope?: string | undefined;
  /** Name of a durable cursor that the hub keeps; it follows what the application has dealt with. */
  readonly consumer?: string | undefined;
  readonly storage?: undefined;
  readonly snapshot?: undefined;
}

/** Begins where the application was when it ran last, and the first time at `after`. */
export interface FromStorage<Topic extends string = string> extends Omit<FromPlace<Topic>, "storage"> {
  readonly storage: CursorStorage;
  /** The place's name in the storage; one subscription at a time uses it. */
  readonly key: string;
}

/** Begins with a state that is loaded, and is loaded again when events are missing that nothing else makes up for. */
export interface FromSnapshot<Topic extends string = string, State = unknown> extends Common<Topic> {
  /** Loads the state and the cursor up to which it holds everything. Tried again when it rejects. */
  readonly snapshot: (signal: AbortSignal) => Promise<Snapshot<State>>;
  /** Milliseconds that a load may take; default 30 000. */
  readonly snapshotTimeoutMs?: number | undefined;
  readonly storage?: undefined;
  readonly after?: undefined;
  readonly scope?: undefined;
  readonly consumer?: undefined;
}

export type SubscribeOptions<Topic extends string = string, State = unknown> =
  | FromPlace<Topic>
  | FromStorage<Topic>
  | FromSnapshot<Topic, State>;

export const DEFAULT_BUFFER_EVENTS = 10_000;
export const DEFAULT_SNAPSHOT_TIMEOUT_MS = 30_000;
