import { isExact, subjectText, type EqualityTerm, type FilterSubject, type Pattern } from "@fanfare/protocol";
import { Few } from "./few.ts";

/** Under what an item is found: an event of any of the patterns that satisfies any of the terms. */
export interface IndexKey {
  readonly patterns: readonly Pattern[];
  /** Undefined: every event of the patterns. */
  readonly terms: readonly EqualityTerm[] | undefined;
}

/**
 * Finds the items that an event can concern, by topic and by equality of an attribute: the cost of a look-up grows with
 * what is found, not with what is there.
 */
export class TopicIndex<Item extends object> {
  readonly #exact = new Map<string, Bucket<Slot<Item>>>();
  readonly #root = new Node<Slot<Item>>();
  readonly #slots = new Map<Item, Slot<Item>>();
  #lookup = 0;

  add(item: Item, { patterns, terms }: IndexKey): void {
    const slot: Slot<Item> = { item, key: { patterns, terms }, lookup: 0 };
    this.#slots.set(item, slot);
    for (const pattern of patterns) this.#bucket(pattern).add(slot, terms);
  }

  remove(item: Item): void {
    const slot = this.#slots.get(item);
    if (slot === undefined) return;
    this.#slots.delete(item);
    for (const pattern of slot.key.patterns) {
      const bucket = this.#bucket(pattern);
      bucket.remove(slot, slot.key.terms);
      if (!bucket.empty) continue;
      if (isExact(pattern)) this.#exact.delete(pattern);
      else this.#root.prune(pattern.split("."), 0);
    }
  }

  /** Visits each item that the subject can concern, once; its filter still decides. */
  visit(subject: FilterSubject, visitor: (item: Item) => void): void {
    this.#lookup += 1;
    const once = (slot: Slot<Item>): void => {
      if (slot.lookup === this.#lookup) return;
      slot.lookup = this.#lookup;
      visitor(slot.item);
    };
    this.#exact.get(subject.topic)?.visit(subject, once);
    if (!this.#root.empty) this.#root.visit(subject.topic.split("."), 0, subject, once);
  }

  #bucket(pattern: Pattern): Bucket<Slot<Item>> {
    if (!isExact(pattern)) return this.#root.bucket(pattern.split("."), 0);
    let bucket = this.#exact.get(pattern);
    if (bucket === undefined) this.#exact.set(pattern, (bucket = new Bucket()));
    return bucket;
  }
}

interface Slot<Item> {
  readonly item: Item;
  readonly key: IndexKey;
  /** Number of the look-up that found it last: an item under two keys is visited once. */
  lookup: number;
}

/** The items of one pattern, those with an equality term under its value. */
class Bucket<Item extends object> {
  readonly #all = new Few<Item>();
  readonly #byTerm = new Map<string, Map<string, Few<Item>>>();

  get empty(): boolean {
    return this.#all.size === 0 && this.#byTerm.size === 0;
  }

  add(item: Item, terms: readonly EqualityTerm[] | undefined): void {
    if (terms === undefined) this.#all.add(item);
    for (const { name, text } of terms ?? []) {
      let byText = this.#byTerm.get(name);
      if (byText === undefined) this.#byTerm.set(name, (byText = new Map<string, Few<Item>>()));
      let items = byText.get(text);
      if (items === undefined) byText.set(text, (items = new Few<Item>()));
      items.add(item);
    }
  }

  remove(item: Item, terms: readonly EqualityTerm[] | undefined): void {
    this.#all.delete(item);
    for (const { name, text } of terms ?? []) {
      const byText = this.#byTerm.get(name);
      const items = byText?.get(text);
      items?.delete(item);
      if (items?.size === 0) byText?.delete(text);
      if (byText?.size === 0) this.#byTerm.delete(name);
    }
  }

  visit(subject: FilterSubject, visitor: (item: Item) => void): void {
    this.#all.visit(visitor);
    for (const [name, byText] of this.#byTerm) {
      const text = subjectText(subject, name);
      if (text !== undefined) byText.get(text)?.visit(visitor);
    }
  }
}

/** One token of the patterns with wildcards. */
class Node<Item extends object> {
  readonly #children = new Map<string, Node<Item>>();
  /** Patterns that end here. */
  #here: Bucket<Item> | undefined;
  /** Patterns that end here with `>`. */
  #rest: Bucket<Item> | undefined;

  get empty(): boolean {
    return this.#children.size === 0 && this.#here === undefined && this.#rest === undefined;
  }

  bucket(tokens: readonly string[], depth: number): Bucket<Item> {
    const token = tokens[depth];
    if (token === undefined) return (this.#here ??= new Bucket());
    if (token === ">") return (this.#rest ??= new Bucket());
    let child = this.#children.get(token);
    if (child === undefined) this.#children.set(token, (child = new Node()));
    return child.bucket(tokens, depth + 1);
  }

  visit(tokens: readonly string[], depth: number, subject: FilterSubject, visitor: (item: Item) => void): void {
    const token = tokens[depth];
    if (token === undefined) {
      this.#here?.visit(subject, visitor);
      return;
    }
    this.#rest?.visit(subject, visitor);
    this.#children.get(token)?.visit(tokens, depth + 1, subject, visitor);
    this.#children.get("*")?.visit(tokens, depth + 1, subject, visitor);
  }

  /** Forgets the empty buckets and nodes along the pattern. */
  prune(tokens: readonly string[], depth: number): void {
    if (this.#here?.empty === true) this.#here = undefined;
    if (this.#rest?.empty === true) this.#rest = undefined;
    const token = tokens[depth];
    const child = token === undefined ? undefined : this.#children.get(token);
    if (token === undefined || child === undefined) return;
    child.prune(tokens, depth + 1);
    if (child.empty) this.#children.delete(token);
  }
}
