import type { CommonOptions, FromPlace } from "../core/subscribe-options.ts";
import type { Snapshot } from "../core/update.ts";
import type { CursorStorage } from "./storage.ts";

/** Begins where the application was when it ran last, and the first time at `after`. */
export interface FromStorage<Topic extends string = string> extends FromPlace<Topic> {
  readonly storage: CursorStorage;
  /** The place's name in the storage; one subscription at a time uses it. */
  readonly key: string;
}

/** Begins with a state that is loaded, and is loaded again when events are missing that nothing else makes up for. */
export interface FromSnapshot<Topic extends string = string, State = unknown> extends CommonOptions<Topic> {
  /** Loads the state and the cursor up to which it holds everything. Tried again when it rejects. */
  readonly snapshot: (signal: AbortSignal) => Promise<Snapshot<State>>;
  /** Milliseconds that a load may take; default 30 000. */
  readonly snapshotTimeoutMs?: number | undefined;
}

export type SubscribeOptions<Topic extends string = string, State = unknown> =
  | FromPlace<Topic>
  | FromStorage<Topic>
  | FromSnapshot<Topic, State>;
