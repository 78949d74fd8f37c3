/**
 * Small durable facts with compare-and-set: consumer cursors, revocations, leases.
 *
 * An adapter MUST make `put` and `delete` atomic among all processes that share it, durable before they resolve,
 * and MUST hide an entry whose `expires` has passed.
 */
export interface State {
  get(key: string): Promise<StateEntry | undefined>;
  /**
   * Writes the value when `expect` is not given or equals the entry's version (0: there is none).
   * Answers the new version, or `undefined` when the expectation failed and nothing was written.
   */
  put(key: string, value: string, options?: PutOptions): Promise<number | undefined>;
  /** Removes the entry under the same condition; `false` when it was not there or the expectation failed. */
  delete(key: string, options?: Pick<PutOptions, "expect">): Promise<boolean>;
  /** All entries whose key begins with `prefix`, by key. */
  list(prefix: string): Promise<readonly StateEntry[]>;
  close(): Promise<void>;
}

export interface StateEntry {
  readonly key: string;
  readonly value: string;
  /** Grows with every write of the key, from 1, also across a delete. */
  readonly version: number;
}

export interface PutOptions {
  readonly expect?: number;
  /** Milliseconds since 1970 from when on the entry is gone. */
  readonly expires?: number;
}
