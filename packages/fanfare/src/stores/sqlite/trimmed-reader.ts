import { query, type Database, type Query } from "./database.ts";
import type { TopicSelection } from "./topic-selection.ts";

/** Says up to where retention took events from topics, in the caller's snapshot. */
export class TrimmedReader {
  readonly #run: Query<[], [number]>;
  readonly #all: Query<[], [trimmed: number, topicId: number]>;
  readonly #one: Query<[number], [number]>;

  constructor(db: Database) {
    this.#run = query(db, "SELECT trims FROM log");
    this.#all = query(db, "SELECT trimmed, topic_id FROM topics WHERE trimmed > 0 ORDER BY trimmed DESC");
    this.#one = query(db, "SELECT trimmed FROM topics WHERE topic_id = ?");
  }

  /** @param selection - `undefined` stands for every topic */
  through(selection: TopicSelection | undefined): number {
    if (selection?.few !== undefined)
      return Math.max(0, ...selection.few.map((topicId) => this.#one.get(topicId)?.[0] ?? 0));
    const run = this.#run.get()?.[0] ?? 0;
    if (run === 0) return 0;
    if (selection === undefined) return this.#highest(() => true);
    if (selection.trimmed?.run !== run)
      selection.trimmed = { run, through: this.#highest((topicId) => selection.has(topicId)) };
    return selection.trimmed.through;
  }

  #highest(wanted: (topicId: number) => boolean): number {
    for (const [trimmed, topicId] of this.#all.iterate()) if (wanted(topicId)) return trimmed;
    return 0;
  }
}
