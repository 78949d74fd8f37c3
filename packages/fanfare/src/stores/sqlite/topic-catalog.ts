import { parsePattern, type Pattern, type Topic } from "@fanfare/protocol";
import { topicMatcher } from "../topic-matcher.ts";
import { query, type Database, type Query } from "./database.ts";

/** How many topics are read one by one through the index; more are found by a scan of positions. */
const FEW = 64;
/** How many lists of patterns keep their topics at hand. */
const KEPT = 32;

/** The topics that a list of patterns stands for, as far as the catalog knows. */
export class TopicSelection {
  readonly #wanted: (topic: Topic) => boolean;
  readonly #few: number[] = [];
  #member: Uint8Array = new Uint8Array(64);

  constructor(patterns: readonly Pattern[]) {
    this.#wanted = topicMatcher(patterns);
  }

  /** The topics' numbers, when they are few. */
  get few(): readonly number[] | undefined {
    return this.#few.length <= FEW ? this.#few : undefined;
  }

  has(topicId: number): boolean {
    return this.#member[topicId] === 1;
  }

  offer(topicId: number, topic: Topic): void {
    if (!this.#wanted(topic)) return;
    if (topicId >= this.#member.length) {
      const larger = new Uint8Array(topicId * 2);
      larger.set(this.#member);
      this.#member = larger;
    }
    this.#member[topicId] = 1;
    if (this.#few.length <= FEW) this.#few.push(topicId);
  }
}

/** All topics by number, read once each, and what lists of patterns select of them. */
export class TopicCatalog {
  readonly #newer: Query<[number], [number, Topic]>;
  readonly #names: Topic[] = [];
  readonly #selections: Map<string, { readonly selection: TopicSelection; through: number }> = new Map();
  #through = 0;

  constructor(db: Database) {
    this.#newer = query(db, "SELECT topic_id, topic FROM topics WHERE topic_id > ? ORDER BY topic_id");
  }

  /** Reads the topics that are new in the caller's snapshot. */
  refresh(): void {
    for (const [topicId, topic] of this.#newer.all(this.#through)) {
      this.#names[topicId] = topic;
      this.#through = topicId;
    }
  }

  name(topicId: number): string {
    return this.#names[topicId] ?? "";
  }

  /** `undefined` stands for every topic. */
  select(patterns: readonly Pattern[]): TopicSelection | undefined {
    if (patterns.includes(EVERYTHING)) return undefined;
    const key = patterns.join(" ");
    const kept = this.#selections.get(key) ?? { selection: new TopicSelection(patterns), through: 0 };
    // Numbers only grow and topics are never removed: each is offered once.
    for (let topicId = kept.through + 1; topicId <= this.#through; topicId += 1) {
      const topic = this.#names[topicId];
      if (topic !== undefined) kept.selection.offer(topicId, topic);
    }
    kept.through = this.#through;
    this.#keep(key, kept);
    return kept.selection;
  }

  #keep(key: string, kept: { readonly selection: TopicSelection; through: number }): void {
    this.#selections.delete(key);
    this.#selections.set(key, kept);
    if (this.#selections.size <= KEPT) return;
    const [oldest = ""] = this.#selections.keys();
    this.#selections.delete(oldest);
  }
}

const EVERYTHING: Pattern = parsePattern(">");
