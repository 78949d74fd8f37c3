import { matches, toPosition, type Topic } from "@fanfare/protocol";
import type { TopicsRequest, TopicStats } from "../../core/ports/log.ts";
import { query, type Database, type Query } from "./database.ts";
import { spanOfAll } from "./topic-span.ts";

type Row = [topic: Topic, events: number, bytes: number, first: number, last: number, trimmed: number];

/** Lists topics with their figures inside the caller's snapshot. */
export class TopicLister {
  readonly #between: Query<[string, string], Row>;

  constructor(db: Database) {
    this.#between = query(
      db,
      `SELECT topic, events, bytes, first, last, trimmed FROM topics
       WHERE topic >= ? AND topic < ? ORDER BY topic`,
    );
  }

  list({ patterns, after, limit }: TopicsRequest): readonly TopicStats[] {
    const stats: TopicStats[] = [];
    const { from, to } = spanOfAll(patterns);
    // The least name after `after`: a blank sorts before every character of a topic.
    const begin = after !== undefined && after >= from ? `${after} ` : from;
    for (const [topic, events, bytes, first, last, trimmed] of this.#between.iterate(begin, to)) {
      if (!patterns.some((pattern) => matches(pattern, topic))) continue;
      stats.push({
        topic,
        events,
        bytes,
        first: toPosition(first),
        last: toPosition(last),
        trimmed: toPosition(trimmed),
      });
      if (stats.length >= limit) break;
    }
    return stats;
  }
}
