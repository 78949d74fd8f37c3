import type { Position } from "@fanfare/protocol";
import type { Entry } from "./entry.ts";

/** What an entry costs besides its text: the object, its attributes and its place in the array. */
const ENTRY_OVERHEAD_BYTES = 256;

/** The newest events, each once, bounded by bytes: what all subscribers that keep up read from. */
export class Tail {
  /** Everything after this position, up to `head`, is here. */
  floor: Position;
  /** The last position that was told. */
  head: Position;
  readonly #maxBytes: number;
  #entries: Entry[] = [];
  #first = 0;
  #bytes = 0;

  constructor(head: Position, maxBytes: number) {
    this.floor = head;
    this.head = head;
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes + ENTRY_OVERHEAD_BYTES;
    this.head = entry.position;
    while (this.#bytes > this.#maxBytes) this.#evict();
  }

  /** Begins anew after a position up to which nothing was told. */
  skip(through: Position): void {
    this.#entries = [];
    this.#first = 0;
    this.#bytes = 0;
    this.floor = through;
    this.head = through;
  }

  /** True when everything after the position is here. */
  reaches(after: Position): boolean {
    return after >= this.floor;
  }

  /** At most `rows` entries after the position, oldest first. */
  slice(after: Position, rows: number): readonly Entry[] {
    const from = this.#indexAfter(after);
    return this.#entries.slice(from, from + rows);
  }

  #indexAfter(position: Position): number {
    let low = this.#first;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && entry.position <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #evict(): void {
    const oldest = this.#entries[this.#first];
    if (oldest === undefined) return;
    this.#bytes -= oldest.bytes + ENTRY_OVERHEAD_BYTES;
    this.floor = oldest.position;
    this.#first += 1;
    // Moving the rest down now and then keeps eviction cheap and lets the evicted entries be freed.
    if (this.#first > 1024 || this.#first === this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }
}
