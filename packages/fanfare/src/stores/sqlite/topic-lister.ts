import { isExact, toPosition, type Pattern, type Topic } from "@fanfare/protocol";
import type { TopicsRequest, TopicStats } from "../../core/ports/log.ts";
import { topicMatcher } from "../topic-matcher.ts";
import { query, type Database, type Query } from "./database.ts";

type Row = [topic: Topic, events: number, bytes: number, first: number, last: number, trimmed: number];

/** Lists topics with their figures inside the caller's snapshot. */
export class TopicLister {
  readonly #between: Query<[string, string, string], Row>;

  constructor(db: Database) {
    this.#between = query(
      db,
      `SELECT topic, events, bytes, first, last, trimmed FROM topics
       WHERE topic > ? AND topic >= ? AND topic < ? ORDER BY topic`,
    );
  }

  list({ patterns, after, limit }: TopicsRequest): readonly TopicStats[] {
    const wanted = topicMatcher(patterns);
    const stats: TopicStats[] = [];
    const { from, to } = span(patterns);
    for (const [topic, events, bytes, first, last, trimmed] of this.#between.iterate(after ?? "", from, to)) {
      if (!wanted(topic)) continue;
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

/** After every character of a topic. */
const BEYOND = "~";

/** The names between which all topics of the patterns lie. */
function span(patterns: readonly Pattern[]): { readonly from: string; readonly to: string } {
  const literals = patterns.map((pattern) => (isExact(pattern) ? pattern : pattern.slice(0, pattern.search(/[*>]/))));
  const [from = BEYOND] = literals.toSorted();
  const to =
    literals
      .map((literal) => `${literal}${BEYOND}`)
      .toSorted()
      .at(-1) ?? "";
  return { from, to };
}
