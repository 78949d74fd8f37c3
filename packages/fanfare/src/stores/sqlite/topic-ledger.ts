import { command, query, type Command, type Database, type Query } from "./database.ts";

/** How many topics keep their number at hand. */
const KNOWN_TOPICS = 50_000;

/** Numbers of topics, and their figures, which move in the transaction of the events. */
export class TopicLedger {
  readonly #known: Map<string, number> = new Map();
  readonly #find: Query<[string], [number]>;
  readonly #add: Query<[string], [number]>;
  readonly #count: Command<[number]>;

  constructor(db: Database) {
    this.#find = query(db, "SELECT topic_id FROM topics WHERE topic = ?");
    this.#add = query(db, "INSERT INTO topics (topic) VALUES (?) RETURNING topic_id");
    // The plus keeps the planner from walking the whole index by topic for the sake of the grouping.
    this.#count = command(
      db,
      `UPDATE topics SET events = events + added, bytes = bytes + size, first = iif(first = 0, lowest, first), last = highest
       FROM (
         SELECT topic_id AS grown, count(*) AS added, sum(bytes) AS size, min(position) AS lowest, max(position) AS highest
         FROM events WHERE position > ? GROUP BY +topic_id
       ) WHERE topic_id = grown`,
    );
  }

  /** The topic's number, a new one when it has none. */
  idOf(topic: string): number {
    const known = this.#known.get(topic);
    if (known !== undefined) return known;
    const id = (this.#find.get(topic) ?? this.#add.get(topic))?.[0] ?? 0;
    if (this.#known.size >= KNOWN_TOPICS) this.#known.clear();
    this.#known.set(topic, id);
    return id;
  }

  /** Adds the events after this position to the figures of their topics. */
  count(after: number): void {
    this.#count.run(after);
  }

  /** The transaction, or a part of it, was undone: numbers given in it may be given to others. */
  forget(): void {
    this.#known.clear();
  }
}
