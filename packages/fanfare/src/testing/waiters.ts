/** Promises that wait for an item of a growing list, each with a bound. */
export class Waiters<Item> {
  readonly items: Item[] = [];
  readonly #waiting = new Set<() => void>();
  #failure: Error | undefined;

  push(item: Item): void {
    this.items.push(item);
    this.#wake();
  }

  /** Nothing will come any more: whoever still waits is told why. */
  end(reason: string): void {
    this.#failure ??= new Error(reason);
    this.#wake();
  }

  /** The first item that fits, of those that were there and those that come. Rejects after `boundMs`. */
  find(fits: (item: Item) => boolean, boundMs: number): Promise<Item> {
    return this.until(() => this.items.find(fits), boundMs);
  }

  /** What `look` answers as soon as it answers something; it is asked again with every item. */
  until<Found>(look: () => Found | undefined, boundMs: number): Promise<Found> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        this.#waiting.delete(check);
        clearTimeout(timer);
        finish();
      };
      const check = (): void => {
        const found = look();
        if (found !== undefined) settle(() => resolve(found));
        else if (this.#failure !== undefined) settle(() => reject(this.#described(`${this.#failure?.message}`)));
      };
      const timer = setTimeout(() => settle(() => reject(this.#described(`not within ${boundMs} ms`))), boundMs);
      this.#waiting.add(check);
      check();
    });
  }

  #described(what: string): Error {
    const last = this.items.slice(-3).map((item) => JSON.stringify(item).slice(0, 500));
    return new Error(`${what}; ${this.items.length} came, the last ones: ${last.join(" ")}`);
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }
}
