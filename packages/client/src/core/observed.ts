/** A value that can be read at any time and watched. */
export interface Observable<Value> {
  readonly value: Value;
  /** Calls the listener after each change, until the answered function is called. The same function twice is one. */
  watch(listener: (value: Value) => void): () => void;
}

/** The owner's side of an {@link Observable}. */
export interface Observed<Value> extends Observable<Value> {
  set(value: Value): void;
}

export function observed<Value>(value: Value): Observed<Value> {
  const listeners = new Set<(value: Value) => void>();
  let now = value;
  return {
    get value() {
      return now;
    },
    set(after) {
      if (after === now) return;
      now = after;
      for (const listener of listeners) listener(now);
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
