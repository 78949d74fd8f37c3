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

/**
 * The proof of completeness: each delivery must begin where the one before it ended. Cursors are compared, never
 * calculated with.
 */
export class Chain {
  readonly #former: Cursor[] = [];
  #end: Cursor;
  /** A gap that moved nothing, as it was told at this end. */
  #told: string | undefined;

  constructor(beginning: Cursor) {
    this.#end = beginning;
  }

  /** Everything up to here came. */
  get end(): Cursor {
    return this.#end;
  }

  take({ prev, cursor, gap }: Delivery<unknown>): Fit {
    if (prev !== this.#end) return this.#former.includes(prev) ? "repeated" : "broken";
    if (cursor === prev) {
      const told = JSON.stringify(gap);
      if (gap !== undefined && told === this.#told) return "repeated";
      this.#told = told;
      return "next";
    }
    this.#told = undefined;
    this.#former.push(prev);
    if (this.#former.length > REMEMBERED) this.#former.shift();
    this.#end = cursor;
    return "next";
  }
}

/** True when the place is the other one's or behind it; places of different logs cannot be compared, and count as reached. */
export function hasReached(place: Cursor, goal: Cursor | undefined): boolean {
  const [epoch, position] = place.split(":");
  const [goalEpoch, goalPosition] = goal?.split(":") ?? [];
  return epoch !== goalEpoch || Number(position) >= Number(goalPosition);
}
