import { expect, test } from "vitest";
import { faultOf } from "./verdict.ts";

const [a, b, c] = [
  { id: "a", position: 3 },
  { id: "b", position: 5 },
  { id: "c", position: 9 },
];

test("exactly the set in the log's order is no fault, however the expectation is sorted", () => {
  expect(faultOf([c, a, b], [a, b, c])).toBeUndefined();
  expect(faultOf([], [])).toBeUndefined();
});

test.each([
  ["a missing event", [a, c], /^1 are missing, the first at 5$/],
  ["an event twice", [a, b, b, c], /^got b twice$/],
  ["events out of order", [a, c, b], /^got 5 after 9$/],
  ["an event of others", [a, b, c, { id: "d", position: 10 }], /^got d at 10, which is not its$/],
  ["an event at another place", [a, { id: "b", position: 6 }, c], /^got b at 6 in place of 5$/],
])("%s is a fault", (_name, got, words) => {
  expect(faultOf([a, b, c], got)).toMatch(words);
});
