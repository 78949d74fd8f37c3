/** Chance that comes out the same for the same seed. Not for secrets. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    // Neighbouring seeds must not begin alike.
    this.#state = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) >>> 0;
  }

  /** A number in [0, 1): mulberry32, small and good enough for choices. */
  next(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** True with that probability. */
  maybe(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items, of which there must be one. */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError("chance: there is nothing to pick from");
    return items[this.between(0, items.length - 1)] as Item;
  }

  /** So many of the items, each at most once, in their order. */
  some<Item>(items: readonly Item[], count: number): readonly Item[] {
    let left = Math.min(count, items.length);
    return items.filter((_, index) => {
      const taken = this.next() * (items.length - index) < left;
      if (taken) left -= 1;
      return taken;
    });
  }
}
