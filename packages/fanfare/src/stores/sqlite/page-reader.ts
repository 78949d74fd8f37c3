import { parsePattern, type Pattern } from "@fanfare/protocol";
import type { ReadRequest } from "../../core/ports/log.ts";
import { query, type Database, type Query } from "./database.ts";
import { EventPacker, type EventRows } from "./event-rows.ts";
import { HEAD } from "./head.ts";
import { TopicNames } from "./topic-names.ts";
import { TopicSelector, type TopicSelection } from "./topic-selection.ts";
import { TopicWalk } from "./topic-walk.ts";
import { TrimmedReader } from "./trimmed-reader.ts";

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
const EVERYTHING: Pattern = parsePattern(">");

/** Reads pages inside the caller's snapshot. */
export class PageReader {
  readonly #names: TopicNames;
  readonly #selector: TopicSelector;
  readonly #trimmed: TrimmedReader;
  readonly #head: Query<[], [number]>;
  readonly #rows: Query<[number, number], Row>;
  readonly #row: Query<[number], Row>;
  readonly #outline: Query<[number, number], [position: number, topicId: number]>;
  readonly #topicPositions: Query<[number, number, number], [number]>;

  constructor(db: Database) {
    this.#names = new TopicNames(db);
    this.#selector = new TopicSelector(db, this.#names);
    this.#trimmed = new TrimmedReader(db);
    this.#head = query(db, `SELECT ${HEAD}`);
    this.#rows = query(db, `SELECT ${ROW} FROM events WHERE position > ? ORDER BY position LIMIT ?`);
    this.#row = query(db, `SELECT ${ROW} FROM events WHERE position = ?`);
    this.#outline = query(db, "SELECT position, topic_id FROM events WHERE position > ? ORDER BY position LIMIT ?");
    this.#topicPositions = query(
      db,
      "SELECT position FROM events WHERE topic_id = ? AND position > ? ORDER BY position LIMIT ?",
    );
  }

  read(request: ReadRequest): PageRows {
    const { topics } = request;
    const selection = topics.includes(EVERYTHING) ? undefined : this.#selector.select(topics);
    const head = this.#head.get()?.[0] ?? 0;
    const page = new PageBuilder(this.#names, request);
    if (selection === undefined) this.#everything(page, request);
    else if (selection.few === undefined) this.#scan(page, request, selection);
    else this.#few(page, request, selection.few);
    return { rows: page.rows, through: page.through ?? head, head, trimmed: this.#trimmed.through(selection) };
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
}

/** A page as it grows, with the bounds that end it. */
class PageBuilder {
  readonly #names: TopicNames;
  readonly #request: ReadRequest;
  readonly #positions: number[] = [];
  readonly #packer: EventPacker = new EventPacker();
  #bytes = 0;
  #looked = 0;
  /** Where a bound ended the page; `undefined` when it reaches the head. */
  through: number | undefined;

  constructor(names: TopicNames, request: ReadRequest) {
    this.#names = names;
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
    this.#packer.push(this.#names.of(topicId), id, type, time, attributes, data);
    this.#bytes += bytes;
  }
}
