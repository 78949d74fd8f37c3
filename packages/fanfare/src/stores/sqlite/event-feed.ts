import { query, type Database, type Query } from "./database.ts";
import { EventPacker, type EventRows } from "./event-rows.ts";
import { HEAD } from "./head.ts";

/** Other processes' events for the followers, in the order of positions. */
export interface Foreign {
  readonly foreign: EventRows;
  /** Everything up to here that is not the receiver's own is told. */
  readonly through: number;
}

const PAGE_EVENTS = 500;
const PAGE_BYTES = 1024 * 1024;

type Row = [position: number, topic: string, id: string, type: string, time: string, attributes: string, data: string];

/**
 * Follows the log on behalf of one handle. The handle makes its own events itself from what it appended; between them
 * the feed reads what others committed, so that the two together leave no position out.
 */
export class EventFeed {
  readonly #head: Query<[], [number]>;
  readonly #page: Query<[number, number, number], Row>;
  readonly #tell: (report: Foreign) => void;
  /** Own events that begin further on than what is told. */
  #ahead: { readonly from: number; readonly to: number }[] = [];
  #told: number | undefined;

  constructor(db: Database, tell: (report: Foreign) => void) {
    this.#head = query(db, `SELECT ${HEAD}`);
    this.#page = query(
      db,
      `SELECT position, topic, id, type, time, attributes, data FROM events JOIN topics USING (topic_id)
       WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`,
    );
    this.#tell = tell;
  }

  /** Begins at the head, if it has not begun. */
  begin(): void {
    this.#told ??= this.#last();
  }

  /** Where the feed stands; 0 before it begins. */
  get told(): number {
    return this.#told ?? 0;
  }

  /** The handle has committed these positions. True when others' events lie before them. */
  own(from: number, to: number): boolean {
    if (this.#told === undefined) return false;
    this.#ahead.push({ from, to });
    this.#skipOwn();
    return this.#ahead.length > 0;
  }

  /** Tells one page; false when everything is told. */
  step(): boolean {
    if (this.#told === undefined) return false;
    const target = this.#ahead[0] === undefined ? this.#last() : this.#ahead[0].from - 1;
    if (this.#told >= target) return false;
    const { rows, complete } = this.#read(this.#told, target);
    const through = complete ? target : (rows.positions.at(-1) ?? target);
    this.#told = through;
    this.#tell({ foreign: rows, through });
    this.#skipOwn();
    return true;
  }

  #read(after: number, target: number): { readonly rows: EventRows; readonly complete: boolean } {
    const positions: number[] = [];
    const packer = new EventPacker();
    let bytes = 0;
    for (const [position, topic, id, type, time, attributes, data] of this.#page.iterate(after, target, PAGE_EVENTS)) {
      positions.push(position);
      packer.push(topic, id, type, time, attributes, data);
      bytes += data.length;
      if (bytes >= PAGE_BYTES) return { rows: { positions, packed: packer.packed }, complete: false };
    }
    return { rows: { positions, packed: packer.packed }, complete: positions.length < PAGE_EVENTS };
  }

  #skipOwn(): void {
    let [next] = this.#ahead;
    while (next !== undefined && this.#told === next.from - 1) {
      this.#told = next.to;
      this.#ahead.shift();
      [next] = this.#ahead;
    }
  }

  #last(): number {
    return this.#head.get()?.[0] ?? 0;
  }
}
