import type { Position } from "@fanfare/protocol";
import type { Entry } from "./entry.ts";
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
  readonly members: Set<Subscription> = new Set();

  constructor(id: string, wire: Wire) {
    this.id = id;
    this.wire = wire;
  }
}

/** All live subscriptions of one scope, and the events that matched for them since the last flush. */
export class Audience {
  readonly selection: Selection;
  /** Called once when the next event matches: the long-polls. */
  readonly watchers: Set<() => void> = new Set();
  /** Subscriptions that are at home here, live or not. */
  readonly subscriptions: Set<Subscription> = new Set();
  readonly #cohorts = new Map<Wire, Map<string, Cohort>>();
  #pending: Entry[] = [];

  constructor(selection: Selection) {
    this.selection = selection;
  }

  get empty(): boolean {
    return this.subscriptions.size === 0 && this.watchers.size === 0;
  }

  /** Keeps the entry for the flush when it matches; `true` for the first one since the last flush. */
  offer(entry: Entry): boolean {
    const shown = this.selection.select(entry);
    return shown !== undefined && this.#pending.push(shown) === 1;
  }

  takePending(): readonly Entry[] {
    const pending = this.#pending;
    this.#pending = [];
    return pending;
  }

  join(subscription: Subscription): void {
    const { wire } = subscription.outlet.connection;
    let byId = this.#cohorts.get(wire);
    if (byId === undefined) this.#cohorts.set(wire, (byId = new Map<string, Cohort>()));
    let cohort = byId.get(subscription.id);
    if (cohort === undefined) byId.set(subscription.id, (cohort = new Cohort(subscription.id, wire)));
    cohort.members.add(subscription);
  }

  leave(subscription: Subscription): void {
    const { wire } = subscription.outlet.connection;
    const byId = this.#cohorts.get(wire);
    const cohort = byId?.get(subscription.id);
    cohort?.members.delete(subscription);
    if (cohort?.members.size === 0) byId?.delete(subscription.id);
    if (byId?.size === 0) this.#cohorts.delete(wire);
  }

  *cohorts(): Generator<Cohort> {
    for (const byId of this.#cohorts.values()) yield* byId.values();
  }
}

/** The entries after a position, without a copy where that is all of them. */
export function entriesAfter(entries: readonly Entry[], position: Position): readonly Entry[] {
  const [first] = entries;
  return first === undefined || first.position > position
    ? entries
    : entries.filter((entry) => entry.position > position);
}
