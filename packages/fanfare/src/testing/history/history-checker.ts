import type { Delivery, FanfareEvent, GapReason } from "@fanfare/protocol";
import { eventText, Expectation, toPlace, type Place } from "./expectation.ts";
import { checkGap } from "./gap-checker.ts";
import type { Asked, CommittedLog, History, SubscriptionHistory, Violation, ViolationKind } from "./history.ts";

/**
 * Holds what subscriptions got against what was committed: order, the chain of cursors, completeness against the
 * filter, no duplicate, nothing that must not be seen, events byte for byte, and every gap against its reason.
 * Pure; answers every broken promise, and nothing when all were kept.
 *
 * @example
 * const event = { topic: "a", position: 1, id: "1", type: "t", time: "2026-01-31T12:00:00.000Z", attributes: {}, data: null };
 * const opened = { cursor: "k3x:0" };
 * const deliveries = [{ subscription: "1", prev: "k3x:0", events: [event], cursor: "k3x:1" }];
 * checkHistory({
 *   log: { epoch: "k3x", events: [event] },
 *   subscriptions: [{ name: "mine", topics: [">"], opened, deliveries, completeThrough: 1 }],
 * }); // []
 */
export function checkHistory({ log, subscriptions }: History): readonly Violation[] {
  return [...checkLog(log), ...subscriptions.flatMap((subscription) => new SubscriptionCheck(log, subscription).run())];
}

function checkLog({ events }: CommittedLog): readonly Violation[] {
  const violations: Violation[] = [];
  const ids = new Set<string>();
  let last = 0;
  for (const { position, id } of events) {
    if (position <= last)
      violations.push({ kind: "log", subscription: "", message: `${position} comes after ${last}` });
    if (ids.has(id)) violations.push({ kind: "log", subscription: "", message: `the id ${id} is there twice` });
    ids.add(id);
    last = position;
  }
  return violations;
}

/** One subscription on its way through its deliveries. */
class SubscriptionCheck {
  readonly #log: CommittedLog;
  readonly #history: SubscriptionHistory;
  readonly #expected: Expectation;
  readonly #violations: Violation[] = [];
  readonly #seen = new Set<number>();
  /** The cursor that was told last. */
  #cursor: string;

  constructor(log: CommittedLog, history: SubscriptionHistory) {
    this.#log = log;
    this.#history = history;
    this.#expected = new Expectation(log, history);
    this.#cursor = history.opened.cursor;
  }

  run(): readonly Violation[] {
    this.#checkOpening();
    for (const [index, delivery] of this.#history.deliveries.entries()) this.#checkDelivery(index, delivery);
    this.#checkEnd();
    return this.#violations;
  }

  #checkOpening(): void {
    const { opened, asked = {}, deliveries } = this.#history;
    const place = toPlace(opened.cursor);
    if (place === undefined) return this.#fault("opening", undefined, `${opened.cursor} is no cursor`);
    const wanted = asked.after === "start" ? `${this.#log.epoch}:0` : cursorOf(asked);
    if (wanted !== undefined && opened.cursor !== wanted)
      this.#fault("opening", undefined, `asked to begin at ${wanted}, it was told ${opened.cursor}`);
    const [first] = deliveries;
    const mayReset = opened.recovered === false || first?.gap?.reason === "reset";
    if (this.#isOurs(place) && place.position > this.#expected.last && !mayReset)
      this.#fault("opening", undefined, `it begins at ${opened.cursor}, but the log ends at ${this.#expected.last}`);
    if (first !== undefined) this.#checkFirst(place, first.gap?.reason);
  }

  /** What is lost before the beginning is told with the first delivery. */
  #checkFirst(place: Place, told: GapReason | undefined): void {
    const { opened, asked = {} } = this.#history;
    const { cursor, recovered } = opened;
    const head = cursorOf(asked) === undefined ? undefined : asked.head;
    const resets = !this.#isOurs(place) || (head !== undefined && place.position > head);
    if (resets && told !== "reset") this.#fault("opening", 0, `${cursor} is none of this log, but no reset is told`);
    if (!resets && head !== undefined && told === "reset") this.#fault("opening", 0, `${cursor} needs no reset`);
    if (!resets && told !== "reset" && asked.scope !== undefined && opened.scope !== undefined) {
      const rescoped = cursorOf(asked) !== undefined && asked.scope !== opened.scope;
      if (rescoped && told !== "scope") this.#fault("opening", 0, "its scope is another one, but no gap says so");
      if (!rescoped && told === "scope") this.#fault("opening", 0, "its scope is the same, but a gap says otherwise");
    }
    if (recovered === false && told === undefined)
      this.#fault("opening", 0, "it was told that something is lost, but no gap says what");
    if (recovered === true && (told === "scope" || told === "reset"))
      this.#fault("opening", 0, `it was told that nothing is lost, and then of a gap ${told}`);
  }

  #checkDelivery(index: number, delivery: Delivery): void {
    if (delivery.prev !== this.#cursor)
      this.#fault("chain", index, `prev is ${delivery.prev}, but ${this.#cursor} was told before`);
    this.#cursor = delivery.cursor;
    const places = this.#places(index, delivery);
    if (places === undefined) return;
    // What a broken chain left out is told once, above; each interval is held to its own word.
    const { prev, cursor } = places;
    if (cursor < prev) this.#fault("order", index, `the cursor goes back from ${prev} to ${cursor}`);
    if (cursor > this.#expected.last)
      this.#fault("beyond", index, `the cursor claims ${cursor}, but the log ends at ${this.#expected.last}`);
    const excused = this.#checkGap(index, delivery, prev, cursor);
    this.#checkEvents(index, delivery, prev, cursor);
    const sent = new Set(delivery.events.map(({ position }) => position));
    const missing = this.#expected
      .between(prev, cursor)
      .filter((event) => !sent.has(event.position) && !excused(event));
    if (missing.length > 0)
      this.#fault("missing", index, `(${prev}, ${cursor}] lacks ${missing.map(({ position }) => position).join(", ")}`);
  }

  #checkGap(index: number, delivery: Delivery, prev: number, cursor: number): (event: FanfareEvent) => boolean {
    const { gap } = delivery;
    if (gap === undefined) return () => false;
    const { policy = { policy: "complete" } } = this.#history;
    const { epoch } = this.#log;
    const { faults, excuses } = checkGap({ gap, delivery, epoch, prev, cursor, policy, expected: this.#expected });
    for (const fault of faults) this.#fault("gap", index, `gap ${gap.reason}: ${fault}`);
    return excuses;
  }

  #checkEvents(index: number, { events }: Delivery, prev: number, cursor: number): void {
    let last = 0;
    for (const event of events) {
      const { position } = event;
      if (this.#seen.has(position)) this.#fault("duplicate", index, `${position} came before`);
      else if (position <= last) this.#fault("order", index, `${position} comes after ${last}`);
      if (position <= prev || position > cursor)
        this.#fault("order", index, `${position} lies outside of (${prev}, ${cursor}]`);
      this.#checkContent(index, event);
      this.#seen.add(position);
      last = Math.max(last, position);
    }
  }

  #checkContent(index: number, event: FanfareEvent): void {
    const { position } = event;
    const expected = this.#expected.at(position);
    if (expected === undefined) {
      const known = this.#expected.isCommitted(position);
      this.#fault("foreign", index, `${position} ${known ? "is not for this subscription" : "was never committed"}`);
    } else if (eventText(expected) !== eventText(event)) {
      this.#fault("altered", index, `${position} is ${eventText(event)}, but should be ${eventText(expected)}`);
    }
  }

  /** Positions of the delivery's cursors; those of another log count as 0. */
  #places(index: number, delivery: Delivery): { readonly prev: number; readonly cursor: number } | undefined {
    const prev = toPlace(delivery.prev);
    const cursor = toPlace(delivery.cursor);
    if (prev === undefined || cursor === undefined) {
      this.#fault("epoch", index, `${prev === undefined ? delivery.prev : delivery.cursor} is no cursor`);
      return undefined;
    }
    const resets = delivery.gap?.reason === "reset";
    for (const place of resets ? [cursor] : [prev, cursor]) if (!this.#isOurs(place)) this.#foreignEpoch(index, place);
    if (resets && index > 0) this.#fault("gap", index, "gap reset: only the first delivery can tell of one");
    return { prev: resets ? 0 : prev.position, cursor: cursor.position };
  }

  #isOurs({ epoch }: Place): boolean {
    return epoch === this.#log.epoch;
  }

  #foreignEpoch(index: number, { epoch }: Place): void {
    this.#fault("epoch", index, `a cursor of ${epoch}, but the log is ${this.#log.epoch}`);
  }

  #checkEnd(): void {
    const { completeThrough } = this.#history;
    const place = toPlace(this.#cursor);
    if (completeThrough === undefined || place === undefined) return;
    const reached = this.#isOurs(place) ? place.position : 0;
    const missing = this.#expected.between(reached, completeThrough);
    if (missing.length > 0)
      this.#fault(
        "missing",
        undefined,
        `it ends at ${reached} without ${missing.map(({ position }) => position).join(", ")}`,
      );
  }

  #fault(kind: ViolationKind, delivery: number | undefined, message: string): void {
    const { name } = this.#history;
    const where = delivery === undefined ? "" : `, delivery ${delivery}`;
    const violation = { kind, subscription: name, message: `${name}${where}: ${message}` };
    this.#violations.push(delivery === undefined ? violation : { ...violation, delivery });
  }
}

/** The cursor that was asked for, where it was one. */
function cursorOf({ after }: Asked): string | undefined {
  return after === "start" || after === "now" ? undefined : after;
}
