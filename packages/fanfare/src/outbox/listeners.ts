/** Who is told that rows may have been committed. */
export class Listeners {
  readonly #listeners: Set<() => void> = new Set();

  /** The answer ends it. */
  add(listener: () => void): () => void {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  call(): void {
    for (const listener of this.#listeners) listener();
  }
}
