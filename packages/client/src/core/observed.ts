/** A value that can be read at any time and watched. */
export interface Observable<Value> {
  readonly value: Value;
  /** Calls the listener after each change, until the answered function is called. */
  watch(listener: (value: Value) => void): () => void;
}

/** The owner's side of an {@link Observable}. */
export class Observed<Value> implements Observable<Value> {
  readonly #listeners = new Set<(value: Value) => void>();
  #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  set(value: Value): void {
    if (value === this.#value) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  watch(listener: (value: Value) => void): () => void {
    // Two watchers may be the same function.
    const own = (value: Value): void => listener(value);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }
}
