import { Audience } from "./audience.ts";
import type { Entry } from "./entry.ts";
import type { Selection } from "./selection.ts";
import { TopicIndex } from "./topic-index.ts";

/** The audiences of a broker by scope, found by topic and equality terms. */
export class Audiences {
  readonly #index = new TopicIndex<Audience>();
  readonly #byScope = new Map<string, Audience>();
  #dirty = new Set<Audience>();

  /** Keeps the entry for whoever wants it; `true` when anybody does. */
  offer(entry: Entry): boolean {
    this.#index.visit(entry, (audience) => {
      if (audience.offer(entry)) this.#dirty.add(audience);
    });
    return this.#dirty.size > 0;
  }

  /** Audiences that something was kept for since the last call. */
  takeDirty(): Iterable<Audience> {
    const dirty = this.#dirty;
    if (dirty.size > 0) this.#dirty = new Set();
    return dirty;
  }

  /** The audience of the selection's scope: one, however many ask. */
  of(selection: Selection): Audience {
    let audience = this.#byScope.get(selection.scope);
    if (audience === undefined) {
      audience = new Audience(selection);
      this.#byScope.set(selection.scope, audience);
      this.#index.add(audience, selection);
    }
    return audience;
  }

  /** Visits the audiences that are to see this entry, with what they are to see of it. */
  visit(entry: Entry, visitor: (audience: Audience, shown: Entry) => void): void {
    this.#index.visit(entry, (audience) => {
      const shown = audience.selection.select(entry);
      if (shown !== undefined) visitor(audience, shown);
    });
  }

  [Symbol.iterator](): IterableIterator<Audience> {
    return this.#byScope.values();
  }

  /** Lets go of an audience that nobody belongs to any more. */
  release(audience: Audience): void {
    if (!audience.empty || this.#byScope.get(audience.selection.scope) !== audience) return;
    this.#byScope.delete(audience.selection.scope);
    this.#index.remove(audience);
    this.#dirty.delete(audience);
  }
}
