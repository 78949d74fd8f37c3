import { command, query, type Command, type Database, type Query, type Value } from "./database.ts";
import type { EventTexts } from "./event-rows.ts";

/** Rows of one statement: calling SQLite costs as much as the rest of a row, so that rows share calls. */
const ROWS = 25;
const COLUMNS = 9;

/** Thrown where an event is not new to the log, or refused: the caller undoes the transaction and begins with care. */
export class NotNew extends Error {}

/** Stores events that are all new, many rows a statement. */
export class BulkInsert {
  readonly #many: Command<Value[]>;
  readonly #one: Command<Value[]>;
  readonly #rememberedOfMany: Query<string[], [number]>;
  readonly #rememberedOfOne: Query<string[], [number]>;
  #values: Value[] = [];
  #ids: string[] = [];

  constructor(db: Database) {
    // "OR FAIL" saves SQLite a journal of the statement: whatever fails here undoes the whole transaction.
    const insert = (rows: number): Command<Value[]> =>
      command(
        db,
        `INSERT OR FAIL INTO events VALUES ${listOf(`(${listOf("?", COLUMNS)})`, rows)} ON CONFLICT (id) DO NOTHING`,
      );
    const remembered = (ids: number): Query<string[], [number]> =>
      query(db, `SELECT 1 FROM remembered_ids WHERE id IN (${listOf("?", ids)}) LIMIT 1`);
    [this.#many, this.#one] = [insert(ROWS), insert(1)];
    [this.#rememberedOfMany, this.#rememberedOfOne] = [remembered(ROWS), remembered(1)];
  }

  /** @param remembers - whether retention has left ids that must not be given away */
  add(event: EventTexts, position: number, topicId: number, at: number, bytes: number, remembers: boolean): void {
    const { id, type, time, attributes, data } = event;
    this.#values.push(position, topicId, at, bytes, id, type, time, attributes, data);
    if (remembers) this.#ids.push(id);
    if (this.#values.length < ROWS * COLUMNS) return;
    this.#run(this.#many, this.#values, ROWS);
    if (remembers && this.#rememberedOfMany.get(...this.#ids) !== undefined) throw new NotNew();
    this.clear();
  }

  /** Stores what does not fill a statement. */
  flush(): void {
    for (let from = 0; from < this.#values.length; from += 9)
      this.#run(this.#one, this.#values.slice(from, from + 9), 1);
    for (const id of this.#ids) if (this.#rememberedOfOne.get(id) !== undefined) throw new NotNew();
    this.clear();
  }

  clear(): void {
    this.#values = [];
    this.#ids = [];
  }

  #run(statement: Command<Value[]>, values: Value[], rows: number): void {
    if (statement.run(...values).changes !== rows) throw new NotNew();
  }
}

function listOf(item: string, count: number): string {
  return Array.from({ length: count }, () => item).join(", ");
}
