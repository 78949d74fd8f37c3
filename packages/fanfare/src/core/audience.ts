import type { Entry } from "./entry.ts";
import { Few } from "./few.ts";
import type { Wire } from "./ports/connection.ts";
import type { Selection } from "./selection.ts";
import type { Subscription } from "./subscription.ts";

/**
 * Live subscriptions that are told the same under the same id in the same format. Those of one position share a chunk,
 * and the first event that they are told together brings all of them to one position.
 */
export class Cohort {
  readonly id: string;
  readonly wire: Wire;
  readonly members: Few<Subscription> = new Few();

  constructor(id: string, wire: Wire) {
    this.id = id;
    this.wire = wire;
  }
}

/** All live subscriptions of one scope, and the events that matched for them since the last flush. */
export class Audience {
  readonly selection: Selection;
  /** Called once when the next event matches: the long-polls. */
  readonly watchers: Few<() => void> = new Few();
  /** Subscriptions that are at home here, live or not. */
  readonly subscriptions: Few<Subscription> = new Few();
  /** The first cohort by itself, since most audiences have no other. */
  #first: Cohort | undefined;
  #others: Map<string, Cohort> | undefined;
  #pending: Entry[] | undefined;

  constructor(selection: Selection) {
    this.selection = selection;
  }

  get empty(): boolean {
    return this.subscriptions.size === 0 && this.watchers.size === 0;
  }

  /** Keeps the entry for the flush when it matches; `true` for the first one since the last flush. */
  offer(entry: Entry): boolean {
    const shown = this.selection.select(entry);
    if (shown === undefined) return false;
    this.#pending ??= [];
    return this.#pending.push(shown) === 1;
  }

  takePending(): readonly Entry[] {
    const pending = this.#pending ?? [];
    this.#pending = undefined;
    return pending;
  }

  join(subscription: Subscription): void {
    const cohort = this.#cohort(subscription.id, subscription.outlet.connection.wire);
    cohort.members.add(subscription);
    subscription.cohort = cohort;
  }

  leave(subscription: Subscription): void {
    const { cohort } = subscription;
    subscription.cohort = undefined;
    cohort?.members.delete(subscription);
    if (cohort === undefined || cohort.members.size > 0) return;
    if (cohort === this.#first) this.#first = undefined;
    else this.#others?.delete(keyOf(cohort.id, cohort.wire));
  }

  visitCohorts(visitor: (cohort: Cohort) => void): void {
    if (this.#first !== undefined) visitor(this.#first);
    if (this.#others !== undefined) for (const cohort of this.#others.values()) visitor(cohort);
  }

  #cohort(id: string, wire: Wire): Cohort {
    if (this.#first?.id === id && this.#first.wire === wire) return this.#first;
    const key = keyOf(id, wire);
    const known = this.#others?.get(key);
    if (known !== undefined) return known;
    const cohort = new Cohort(id, wire);
    if (this.#first === undefined) this.#first = cohort;
    else (this.#others ??= new Map()).set(key, cohort);
    return cohort;
  }
}

function keyOf(id: string, wire: Wire): string {
  return `${wire.name} ${id}`;
}
