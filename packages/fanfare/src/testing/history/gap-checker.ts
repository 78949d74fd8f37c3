import type { Delivery, DeliveryPolicy, FanfareEvent, Gap } from "@fanfare/protocol";
import { conflationKey, toPlace, type Expectation } from "./expectation.ts";

/** A delivery that holds a gap, with the positions of its cursors. */
export interface GapCase {
  readonly gap: Gap;
  readonly delivery: Delivery;
  readonly epoch: string;
  readonly prev: number;
  readonly cursor: number;
  readonly policy: DeliveryPolicy;
  readonly expected: Expectation;
}

export interface GapFinding {
  /** What the gap says and is not so. */
  readonly faults: readonly string[];
  /** True for an event that need not come because of the gap. */
  readonly excuses: (event: FanfareEvent) => boolean;
}

/** Holds a gap against what was committed, removed and delivered. */
export function checkGap(found: GapCase): GapFinding {
  switch (found.gap.reason) {
    case "slow":
      return checkSlow(found);
    case "superseded":
      return checkSuperseded(found);
    case "trimmed":
      return checkTrimmed(found);
    case "scope":
      return checkScope(found);
    case "reset":
      return checkReset(found);
  }
}

function checkSlow(found: GapCase): GapFinding {
  const { gap, delivery, policy, expected } = found;
  const inside = (event: FanfareEvent): boolean => isInside(gap, event.position);
  const faults = checkRange(found);
  const { from = 0, to } = gap;
  if (policy.policy !== "latest") faults.push(`policy ${policy.policy} drops nothing`);
  else if (delivery.events.length > policy.keep)
    faults.push(`${delivery.events.length} events come with it, where at most ${policy.keep} wait`);
  const sent = delivery.events.filter(inside);
  if (sent.length > 0) faults.push(`nothing of the range may be sent, but ${positionsOf(sent)} came`);
  faults.push(...checkCount(gap, expected.between(from, to).length));
  const newer = expected.between(to, Infinity).length;
  if (policy.policy === "latest" && gap.dropped !== undefined && newer < policy.keep)
    faults.push(`it drops what was among the ${policy.keep} newest: only ${newer} are newer`);
  return { faults, excuses: inside };
}

function checkSuperseded(found: GapCase): GapFinding {
  const { gap, delivery, policy, expected } = found;
  const faults = checkRange(found);
  if (policy.policy !== "conflate")
    return { faults: [...faults, `policy ${policy.policy} supersedes nothing`], excuses: () => false };
  const { from = 0, to } = gap;
  const { key } = policy;
  const sent = new Set(delivery.events.map(({ position }) => position));
  const missing = expected.between(from, to).filter(({ position }) => !sent.has(position));
  faults.push(...checkCount(gap, missing.length));
  // What retention took meanwhile may have been newer, and nobody could know it.
  const known = expected.between(from, to).filter((event) => gap.atLeast === undefined || !expected.isRemoved(event));
  const newest = newestByKey(known, key);
  for (const event of delivery.events) {
    const newer = newest.get(conflationKey(event, key));
    if (isInside(gap, event.position) && newer !== undefined && newer > event.position)
      faults.push(`of one ${key} it keeps ${event.position}, but ${newer} is newer`);
  }
  const superseded = supersededBy(found, key, from);
  // What retention took cannot be counted, so only a gap that says "at least" may stand for it as well.
  const excuses = (event: FanfareEvent): boolean =>
    isInside(gap, event.position) && (superseded(event) || (gap.atLeast !== undefined && expected.isRemoved(event)));
  return { faults, excuses };
}

/** Tells whether a newer event of the same key stands for one: in the delivery, or waiting beyond it and still to come. */
function supersededBy(
  { delivery, expected, cursor }: GapCase,
  key: string,
  from: number,
): (event: FanfareEvent) => boolean {
  const candidates = [...delivery.events, ...expected.between(cursor, Infinity)];
  const newest = newestByKey(
    candidates.filter(({ position }) => position > from),
    key,
  );
  return (event) => (newest.get(conflationKey(event, key)) ?? 0) > event.position;
}

/** Position of the newest event of each key; an event without the attribute is like no other. */
function newestByKey(events: readonly FanfareEvent[], key: string): ReadonlyMap<string | undefined, number> {
  const newest = new Map<string | undefined, number>();
  for (const event of events) {
    const of = conflationKey(event, key);
    if (of !== undefined) newest.set(of, event.position);
  }
  return newest;
}

function checkTrimmed(found: GapCase): GapFinding {
  const { gap, expected } = found;
  const faults = [...checkRange(found), ...checkUncounted(gap)];
  if (gap.to > expected.trimmed)
    faults.push(`retention removed nothing of its topics beyond ${expected.trimmed}, but the gap reaches ${gap.to}`);
  // A delivery has one gap: where retention took something, it stands for what the policy left out as well.
  const leftOut = leftOutBy(found);
  return { faults, excuses: (event) => isInside(gap, event.position) && (expected.isRemoved(event) || leftOut(event)) };
}

/** Tells whether the policy may have left an event out. */
function leftOutBy(found: GapCase): (event: FanfareEvent) => boolean {
  const { policy, delivery, gap } = found;
  switch (policy.policy) {
    case "complete":
      return () => false;
    case "latest":
      return ({ position }) => position < (delivery.events[0]?.position ?? 0);
    case "conflate":
      return supersededBy(found, policy.key, gap.from ?? 0);
  }
}

function checkScope({ gap, prev, cursor }: GapCase): GapFinding {
  const faults = checkUncounted(gap);
  if (gap.from !== 0) faults.push(`it begins at ${gap.from}, but nothing is known from 0 on`);
  if (gap.to < prev || gap.to > cursor) faults.push(`it ends at ${gap.to}, outside of ${prev} to ${cursor}`);
  return { faults, excuses: (event) => isInside(gap, event.position) };
}

function checkReset({ gap, delivery, epoch, cursor }: GapCase): GapFinding {
  const faults = checkUncounted(gap);
  if (gap.from !== undefined) faults.push(`it begins at ${gap.from}, which means nothing in another log`);
  if (gap.to !== 0) faults.push(`it ends at ${gap.to}, but reading goes on at 0`);
  const asked = toPlace(delivery.prev);
  if (asked?.epoch === epoch && asked.position === 0) faults.push("the start of the log needs no reset");
  if (cursor === 0 && delivery.events.length > 0) faults.push("events come with a cursor that has none of them");
  return { faults, excuses: () => false };
}

function checkRange({ gap, prev, cursor }: GapCase): string[] {
  const { from, to } = gap;
  if (from === undefined) return ["it does not say where it begins"];
  const faults: string[] = [];
  if (from < prev || to > cursor) faults.push(`(${from}, ${to}] lies outside of its delivery (${prev}, ${cursor}]`);
  if (from >= to) faults.push(`(${from}, ${to}] is empty`);
  return faults;
}

function checkCount({ dropped, atLeast }: Gap, real: number): readonly string[] {
  if (dropped !== undefined && atLeast !== undefined) return ["it says both dropped and atLeast"];
  if (dropped === undefined && atLeast === undefined) return ["it does not say how many events were dropped"];
  if (dropped !== undefined && dropped !== real) return [`it says ${dropped} dropped, but it is ${real}`];
  if (dropped === 0) return ["nothing was dropped"];
  if (atLeast !== undefined && atLeast > real) return [`it says at least ${atLeast} dropped, but it is ${real}`];
  return [];
}

function checkUncounted({ dropped, atLeast }: Gap): string[] {
  return dropped === undefined && atLeast === undefined ? [] : ["it counts what cannot be known"];
}

function isInside({ from, to }: Gap, position: number): boolean {
  return position > (from ?? 0) && position <= to;
}

function positionsOf(events: readonly FanfareEvent[]): string {
  return events.map(({ position }) => position).join(", ");
}
