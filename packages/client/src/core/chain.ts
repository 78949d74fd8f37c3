import type { Cursor, Delivery } from "@fanfare/protocol";

/** What a delivery is to the chain of those before it. */
export type Fit =
  /** Goes on where the chain ends. */
  | "next"
  /** Was there before: nothing of it is new. */
  | "repeated"
  /** Something before it is missing. */
  | "broken";

/** Former ends of a chain that are remembered, to tell a repetition from a loss. */
const REMEMBERED = 256;

/** The proof of completeness: each delivery must begin where the one before it ended. Cursors are compared, never calculated with. */
export type Chain = (delivery: Delivery<unknown>) => Fit;

/**
 * A loss that was announced must be told first: a gap `scope` moves no cursor, so that without it nothing would seem to be
 * missing. A `reset` stands for it too.
 */
export function createChain(beginning: Cursor, announced?: "loss" | "scope"): Chain {
  const former: Cursor[] = [];
  let end = beginning;
  let owed = announced;
  return ({ prev, cursor, gap }) => {
    if (prev !== end) return former.includes(prev) ? "repeated" : "broken";
    if (owed === "loss" && gap === undefined) return "broken";
    if (owed === "scope" && gap?.reason !== "scope" && gap?.reason !== "reset") return "broken";
    if (owed === undefined && gap !== undefined && cursor === prev) return "repeated";
    owed = undefined;
    if (cursor !== prev) former.push(prev);
    if (former.length > REMEMBERED) former.shift();
    end = cursor;
    return "next";
  };
}

/** True when the place is the other one's or behind it; places of different logs cannot be compared, and count as reached. */
export function hasReached(place: Cursor, goal: Cursor | undefined): boolean {
  const [epoch, position] = place.split(":");
  const [goalEpoch, goalPosition] = goal?.split(":") ?? [];
  return epoch !== goalEpoch || Number(position) >= Number(goalPosition);
}
