/** Ticks of one round: 10 000 clients are visited in 30 portions, not in one burst. */
const MOST_SLOTS = 30;
const SHORTEST_TICK_MS = 100;

/** Visits every member once a round with one timer for all of them. */
export class Rounds<Member> {
  readonly #slots: readonly Set<Member>[];
  readonly #timer: NodeJS.Timeout;
  #next = 0;

  constructor(roundMs: number, visit: (member: Member) => void) {
    const count = Math.min(MOST_SLOTS, Math.max(1, Math.floor(roundMs / SHORTEST_TICK_MS)));
    this.#slots = Array.from({ length: count }, () => new Set<Member>());
    this.#timer = setInterval(() => {
      this.#next = (this.#next + 1) % count;
      for (const member of this.#slots[this.#next] ?? []) visit(member);
    }, roundMs / count).unref();
  }

  get size(): number {
    let size = 0;
    for (const slot of this.#slots) size += slot.size;
    return size;
  }

  add(member: Member): void {
    let smallest = this.#slots[0];
    for (const slot of this.#slots) if (smallest === undefined || slot.size < smallest.size) smallest = slot;
    smallest?.add(member);
  }

  delete(member: Member): void {
    for (const slot of this.#slots) if (slot.delete(member)) return;
  }

  *[Symbol.iterator](): IterableIterator<Member> {
    for (const slot of this.#slots) yield* slot;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
