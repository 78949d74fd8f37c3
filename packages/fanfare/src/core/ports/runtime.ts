/** Clock, timers and chance: all that the core needs of the outside besides its log. A simulator gives seeded ones. */
export interface Runtime {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs the task once, after all work of this tick; tasks run in the order they came. */
  soon(task: () => void): void;
  /** Runs the task after that many milliseconds; must not keep a process alive by itself. */
  later(ms: number, task: () => void): Timer;
  /** A new UUIDv7. */
  uuid(): string;
  /** A number in [0, 1). */
  random(): number;
  /** 32 hexadecimal digits of a collision-resistant hash. */
  hash(text: string): string;
}

export interface Timer {
  cancel(): void;
}

/** The part of `AbortSignal` that the core listens to. */
export interface Abort {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
