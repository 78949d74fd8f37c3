import type { DeliveryPolicy, Gap, Position } from "@fanfare/protocol";
import type { Entry } from "./entry.ts";

/** What a subscription gets for the positions `(from, through]`. */
export interface Interval {
  readonly from: Position;
  readonly through: Position;
  readonly entries: readonly Entry[];
  readonly gap: Gap | undefined;
}

/** How much one interval may hold; a single larger event is always allowed. */
export interface IntervalLimits {
  readonly events: number;
  readonly bytes: number;
}

/** Distinct keys that one conflated interval remembers. */
const MAX_KEYS = 10_000;

/**
 * Chooses what is sent of the waiting events that a policy is shown in position order. Pure; made for one interval.
 */
export interface Fold {
  /** Takes a matching event; `false` when the interval is full and ends before it. */
  take(entry: Entry): boolean;
  /** Ends the interval at `through`, or earlier where the limits cut it. */
  finish(through: Position): Kept;
}

export interface Kept {
  readonly entries: readonly Entry[];
  readonly through: Position;
  /** Matching events up to `through` that are left out. */
  readonly dropped: number;
  /** Last position of the range that `dropped` counts. */
  readonly droppedThrough: Position;
}

export function createFold(policy: DeliveryPolicy, limits: IntervalLimits): Fold {
  switch (policy.policy) {
    case "complete":
      return completeFold(limits);
    case "latest":
      return latestFold(Math.min(policy.keep, limits.events), limits);
    case "conflate":
      return conflateFold(policy.key, limits);
  }
}

/** One text for equal policies. */
export function policyKey(policy: DeliveryPolicy): string {
  switch (policy.policy) {
    case "complete":
      return "c";
    case "latest":
      return `l${policy.keep}`;
    case "conflate":
      return `k${policy.key}`;
  }
}

function completeFold(limits: IntervalLimits): Fold {
  const entries: Entry[] = [];
  let bytes = 0;
  return {
    take(entry) {
      const full = entries.length > 0 && (entries.length >= limits.events || bytes + entry.bytes > limits.bytes);
      if (full) return false;
      entries.push(entry);
      bytes += entry.bytes;
      return true;
    },
    finish: (through) => ({ entries, through, dropped: 0, droppedThrough: through }),
  };
}

function latestFold(keep: number, limits: IntervalLimits): Fold {
  const newest: Entry[] = [];
  let dropped = 0;
  let droppedThrough: Position | undefined;
  return {
    take(entry) {
      newest.push(entry);
      const oldest = newest.length > keep ? newest.shift() : undefined;
      if (oldest !== undefined) {
        dropped += 1;
        droppedThrough = oldest.position;
      }
      return true;
    },
    finish(through) {
      const { entries, end } = cut(newest, through, limits);
      return { entries, through: end, dropped, droppedThrough: droppedThrough ?? end };
    },
  };
}

function conflateFold(key: string, limits: IntervalLimits): Fold {
  // An entry without the attribute is a key of its own.
  const newest = new Map<string | Entry, Entry>();
  const matched: Position[] = [];
  return {
    take(entry) {
      const value = Object.hasOwn(entry.attributes, key) ? entry.attributes[key] : undefined;
      const of = value === undefined ? entry : String(value);
      if (!newest.has(of) && newest.size >= MAX_KEYS) return false;
      newest.delete(of);
      newest.set(of, entry);
      matched.push(entry.position);
      return true;
    },
    finish(through) {
      // Map order is the order of the last set: ascending positions.
      const { entries, end } = cut([...newest.values()], through, limits);
      const dropped = matched.filter((position) => position <= end).length - entries.length;
      return { entries, through: end, dropped, droppedThrough: end };
    },
  };
}

/** The first of the kept entries that the limits let into one interval, and where that ends. */
function cut(
  kept: readonly Entry[],
  through: Position,
  limits: IntervalLimits,
): { readonly entries: readonly Entry[]; readonly end: Position } {
  const fold = completeFold(limits);
  const left = kept.find((entry) => !fold.take(entry));
  const { entries } = fold.finish(through);
  return { entries, end: left === undefined ? through : (entries.at(-1)?.position ?? through) };
}
