import { isExact, matches, type Pattern, type Topic } from "@fanfare/protocol";
import { query, type Database, type Query } from "./database.ts";
import type { TopicNames } from "./topic-names.ts";
import { spanOf } from "./topic-span.ts";

/** So many topics are read one by one through their index; more are found by a scan of positions. */
export const FEW = 64;
/** Names that are looked at in search of the few. */
const LOOKED_AT = 2_000;
/** Lists of patterns that stay at hand. */
const KEPT = 32;

const NO = 1;
const YES = 2;

/** What a list of patterns stands for among the topics of one file. */
export class TopicSelection {
  readonly #patterns: readonly Pattern[];
  readonly #names: TopicNames;
  /** By topic number: not known, {@link NO} or {@link YES}. */
  #known: Uint8Array = new Uint8Array(64);
  /** All of its topics, when they are few. */
  few: readonly number[] | undefined;
  /** The highest topic number that `few` takes into account. */
  through = 0;
  /** Highest position that retention took, and the count of retention's runs when it was found. */
  trimmed: { readonly through: number; readonly run: number } | undefined;

  constructor(patterns: readonly Pattern[], names: TopicNames) {
    this.#patterns = patterns;
    this.#names = names;
  }

  has(topicId: number): boolean {
    if (topicId >= this.#known.length) this.#grow(topicId);
    if (this.#known[topicId] === 0) this.#known[topicId] = this.matches(this.#names.of(topicId)) ? YES : NO;
    return this.#known[topicId] === YES;
  }

  matches(topic: Topic): boolean {
    return this.#patterns.some((pattern) => matches(pattern, topic));
  }

  #grow(topicId: number): void {
    const larger = new Uint8Array(topicId * 2);
    larger.set(this.#known);
    this.#known = larger;
  }
}

/** Finds out what lists of patterns stand for, in the caller's snapshot. */
export class TopicSelector {
  readonly #names: TopicNames;
  readonly #highest: Query<[], [number | null]>;
  readonly #exact: Query<[string], [number]>;
  readonly #within: Query<[string, string, number], [number, Topic]>;
  readonly #newer: Query<[number], [number, Topic]>;
  readonly #kept: Map<string, TopicSelection> = new Map();

  constructor(db: Database, names: TopicNames) {
    this.#names = names;
    this.#highest = query(db, "SELECT max(topic_id) FROM topics");
    this.#exact = query(db, "SELECT topic_id FROM topics WHERE topic = ?");
    this.#within = query(db, "SELECT topic_id, topic FROM topics WHERE topic >= ? AND topic < ? LIMIT ?");
    this.#newer = query(db, "SELECT topic_id, topic FROM topics WHERE topic_id > ?");
  }

  select(patterns: readonly Pattern[]): TopicSelection {
    const key = patterns.join(" ");
    const kept = this.#kept.get(key);
    const selection = kept ?? new TopicSelection(patterns, this.#names);
    const highest = this.#highest.get()?.[0] ?? 0;
    if (kept === undefined || highest - kept.through > LOOKED_AT) selection.few = this.#search(selection, patterns);
    else if (highest > kept.through) selection.few = this.#extend(selection);
    selection.through = highest;
    this.#keep(key, selection);
    return selection;
  }

  #search(selection: TopicSelection, patterns: readonly Pattern[]): readonly number[] | undefined {
    const found = new Set<number>();
    let room = LOOKED_AT;
    for (const pattern of patterns) {
      if (isExact(pattern)) {
        const [topicId] = this.#exact.get(pattern) ?? [];
        if (topicId !== undefined) found.add(topicId);
      } else {
        const { from, to } = spanOf(pattern);
        const rows = this.#within.all(from, to, room);
        for (const [topicId, topic] of rows) if (selection.matches(topic)) found.add(topicId);
        room -= rows.length;
        if (room <= 0) return undefined;
      }
    }
    return found.size <= FEW ? [...found] : undefined;
  }

  /** Topics are never removed and their numbers only grow, so only new ones can be missing. */
  #extend(selection: TopicSelection): readonly number[] | undefined {
    if (selection.few === undefined) return undefined;
    const newer = this.#newer.all(selection.through).filter(([, topic]) => selection.matches(topic));
    const all = [...selection.few, ...newer.map(([topicId]) => topicId)];
    return all.length <= FEW ? all : undefined;
  }

  #keep(key: string, selection: TopicSelection): void {
    this.#kept.delete(key);
    this.#kept.set(key, selection);
    if (this.#kept.size <= KEPT) return;
    const [oldest = ""] = this.#kept.keys();
    this.#kept.delete(oldest);
  }
}
