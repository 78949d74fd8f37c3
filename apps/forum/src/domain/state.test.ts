import { expect, test } from "vitest";
import { mayMove, STATES, type State } from "./state.ts";

/** Rows are where a thread is, columns where it would go, both in the order of the states. */
const TABLE = ["yyyyyy", "nyyyyy", "nyyyyy", "nyyyyy", "nnyyyy", "nnnnny"];

test("a thread moves where the table says, and nowhere else", () => {
  const moves = (from: State): string => STATES.map((to) => (mayMove(from, to) ? "y" : "n")).join("");
  expect(STATES.map(moves)).toEqual(TABLE);
});
