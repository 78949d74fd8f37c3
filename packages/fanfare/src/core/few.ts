/**
 * A set that mostly holds one item, which then costs no `Set`: there may be a hundred thousand subscriptions with a
 * filter of their own, and each look-up walks through memory that no cache holds.
 */
export class Few<Item extends object> {
  #one: Item | undefined;
  #more: Set<Item> | undefined;

  get size(): number {
    return (this.#one === undefined ? 0 : 1) + (this.#more?.size ?? 0);
  }

  has(item: Item): boolean {
    return this.#one === item || this.#more?.has(item) === true;
  }

  add(item: Item): void {
    if (this.has(item)) return;
    if (this.#one === undefined) this.#one = item;
    else (this.#more ??= new Set()).add(item);
  }

  delete(item: Item): void {
    if (this.#one === item) this.#one = undefined;
    else if (this.#more?.delete(item) === true && this.#more.size === 0) this.#more = undefined;
  }

  clear(): void {
    this.#one = undefined;
    this.#more = undefined;
  }

  /** Calls the visitor with every item; it may delete what it is given. */
  visit(visitor: (item: Item) => void): void {
    const more = this.#more;
    if (this.#one !== undefined) visitor(this.#one);
    if (more !== undefined) for (const item of more) visitor(item);
  }

  *[Symbol.iterator](): Generator<Item> {
    const more = this.#more;
    if (this.#one !== undefined) yield this.#one;
    if (more !== undefined) yield* more;
  }
}
