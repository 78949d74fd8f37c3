/** Clock, timers and chance of a client; a test gives its own. */
export interface Runtime {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs the task after that many milliseconds. */
  later(ms: number, task: () => void): Timer;
  /** A number in [0, 1). */
  random(): number;
}

export interface Timer {
  cancel(): void;
}

/** What happens around a client that it should know of. */
export type Occurrence =
  /** The network is back. */
  | "online"
  /** The network is gone. */
  | "offline"
  /** The page can be seen again, the machine woke up: whatever was open may be dead. */
  | "awake"
  /** The page is put aside as a whole: an open connection would keep it from coming back as it was. */
  | "asleep";

/** Where a client runs. */
export interface Surroundings {
  readonly online: boolean;
  /** Tells of occurrences until the answered function is called. */
  watch(listener: (occurrence: Occurrence) => void): () => void;
}
