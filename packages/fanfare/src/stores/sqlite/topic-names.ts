import type { Topic } from "@fanfare/protocol";
import { query, type Database, type Query } from "./database.ts";

/** Names that stay at hand. */
const KEPT = 100_000;

/** Names of topics by their numbers. A number means the same topic for as long as the file exists. */
export class TopicNames {
  readonly #find: Query<[number], [Topic]>;
  readonly #kept: Map<number, Topic> = new Map();

  constructor(db: Database) {
    this.#find = query(db, "SELECT topic FROM topics WHERE topic_id = ?");
  }

  of(topicId: number): Topic {
    const kept = this.#kept.get(topicId);
    if (kept !== undefined) return kept;
    const [name] = this.#find.get(topicId) ?? [];
    if (name === undefined) throw new RangeError(`topic number ${topicId} does not exist`);
    if (this.#kept.size >= KEPT) this.#kept.clear();
    this.#kept.set(topicId, name);
    return name;
  }
}
