import type { ReadRequest } from "../../core/ports/log.ts";
import { query, type Database, type Query } from "./database.ts";
import { EventPacker, type EventRows } from "./event-rows.ts";
import { HEAD } from "./head.ts";
import type { TopicCatalog, TopicSelection } from "./topic-catalog.ts";
import { TopicWalk } from "./topic-walk.ts";

/** A `LogPage` on its way between threads. */
export interface PageRows {
  readonly rows: EventRows;
  readonly through: number;
  readonly head: number;
  readonly trimmed: number;
}

type Row = [
  position: number,
  topicId: number,
  bytes: number,
  id: string,
  type: string,
  time: string,
  attributes: string,
  data: string,
];

const ROW = "position, topic_id, bytes, id, type, time, attributes, data";

/** Reads pages inside the caller's snapshot. */
export class PageReader {
  readonly #catalog: TopicCatalog;
  readonly #head: Query<[], [number]>;
  readonly #rows: Query<[number, number], Row>;
  readonly #row: Query<[number], Row>;
  readonly #outline: Query<[number, number], [position: number, topicId: number]>;
  readonly #topicPositions: Query<[number, number, number], [number]>;
  readonly #trimmed: Query<[], [trimmed: number, topicId: number]>;
  readonly #trimmedOf: Query<[number], [number]>;

  constructor(db: Database, catalog: TopicCatalog) {
    this.#catalog = catalog;
    this.#head = query(db, `SELECT ${HEAD}`);
    this.#rows = query(db, `SELECT ${ROW} FROM events WHERE position > ? ORDER BY position LIMIT ?`);
    this.#row = query(db, `SELECT ${ROW} FROM events WHERE position = ?`);
    this.#outline = query(db, "SELECT position, topic_id FROM events WHERE position > ? ORDER BY position LIMIT ?");
    this.#topicPositions = query(
      db,
      "SELECT position FROM events WHERE topic_id = ? AND position > ? ORDER BY position LIMIT ?",
    );
    this.#trimmed = query(db, "SELECT trimmed, topic_id FROM topics WHERE trimmed > 0 ORDER BY trimmed DESC");
    this.#trimmedOf = query(db, "SELECT trimmed FROM topics WHERE topic_id = ?");
  }

  read(request: ReadRequest): PageRows {
    this.#catalog.refresh();
    const selection = this.#catalog.select(request.topics);
    const head = this.#head.get()?.[0] ?? 0;
    const page = new PageBuilder(this.#catalog, request);
    if (selection === undefined) this.#everything(page, request);
    else if (selection.few === undefined) this.#scan(page, request, selection);
    else this.#few(page, request, selection.few);
    return { rows: page.rows, through: page.through ?? head, head, trimmed: this.#trimmedThrough(selection) };
  }

  #everything(page: PageBuilder, { after, limit, scan }: ReadRequest): void {
    for (const row of this.#rows.iterate(after, Math.min(limit, scan) + 1)) {
      if (page.endsBefore(row[0])) return;
      page.add(row);
    }
  }

  #scan(page: PageBuilder, { after, scan }: ReadRequest, selection: TopicSelection): void {
    for (const [position, topicId] of this.#outline.iterate(after, scan + 1)) {
      if (page.endsBefore(position)) return;
      if (selection.has(topicId)) this.#take(page, position);
    }
  }

  #few(page: PageBuilder, { after, limit }: ReadRequest, topicIds: readonly number[]): void {
    const walk = new TopicWalk(this.#topicPositions, topicIds, after, limit + 1);
    for (let position = walk.next(); position !== undefined; position = walk.next()) {
      if (page.endsBefore(position)) return;
      this.#take(page, position);
    }
  }

  #take(page: PageBuilder, position: number): void {
    const row = this.#row.get(position);
    if (row !== undefined) page.add(row);
  }

  #trimmedThrough(selection: TopicSelection | undefined): number {
    if (selection?.few !== undefined)
      return Math.max(0, ...selection.few.map((topicId) => this.#trimmedOf.get(topicId)?.[0] ?? 0));
    for (const [trimmed, topicId] of this.#trimmed.iterate())
      if (selection === undefined || selection.has(topicId)) return trimmed;
    return 0;
  }
}

/** A page as it grows, with the bounds that end it. */
class PageBuilder {
  readonly #catalog: TopicCatalog;
  readonly #request: ReadRequest;
  readonly #positions: number[] = [];
  readonly #packer: EventPacker = new EventPacker();
  #bytes = 0;
  #looked = 0;
  /** Where a bound ended the page; `undefined` when it reaches the head. */
  through: number | undefined;

  constructor(catalog: TopicCatalog, request: ReadRequest) {
    this.#catalog = catalog;
    this.#request = request;
  }

  get rows(): EventRows {
    return { positions: this.#positions, packed: this.#packer.packed };
  }

  /** Counts the row as looked at, unless a bound ends the page before it. */
  endsBefore(position: number): boolean {
    const { limit, scan, bytes } = this.#request;
    const ends = this.#positions.length >= limit || this.#looked >= scan || this.#bytes >= bytes;
    if (ends) this.through = position - 1;
    else this.#looked += 1;
    return ends;
  }

  add([position, topicId, bytes, id, type, time, attributes, data]: Row): void {
    this.#positions.push(position);
    this.#packer.push(this.#catalog.name(topicId), id, type, time, attributes, data);
    this.#bytes += bytes;
  }
}
