import { toPosition, type Position } from "@fanfare/protocol";
import type { Entry } from "./entry.ts";
import type { IntervalLimits } from "./interval.ts";

/** What an audience is told in one tick. */
export interface Batch {
  readonly entries: readonly Entry[];
  readonly bytes: number;
  readonly through: Position;
  /** The position before the first entry. */
  readonly before: Position;
  /** Nothing of what was pending is left out. */
  readonly whole: boolean;
}

/** As many of the first pending entries as one write may hold, at least one; `undefined` when nothing is pending. */
export function toBatch(pending: readonly Entry[], head: Position, limits: IntervalLimits): Batch | undefined {
  const [first] = pending;
  if (first === undefined) return undefined;
  const { count, bytes } = fitting(pending, limits);
  const whole = count === pending.length;
  const entries = whole ? pending : pending.slice(0, count);
  const through = whole ? head : (entries.at(-1) ?? first).position;
  return { entries, bytes, through, whole, before: toPosition(first.position - 1) };
}

function fitting(
  entries: readonly Entry[],
  limits: IntervalLimits,
): { readonly count: number; readonly bytes: number } {
  let bytes = 0;
  for (const [count, entry] of entries.entries()) {
    if (count > 0 && (count >= limits.events || bytes + entry.bytes > limits.bytes)) return { count, bytes };
    bytes += entry.bytes;
  }
  return { count: entries.length, bytes };
}
