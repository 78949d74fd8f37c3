import { expect, test } from "vitest";
import { KEY_RANGES } from "./key-range.ts";
import { shareOf, type RangeHolding } from "./shares.ts";

const nobody: readonly RangeHolding[] = Array.from({ length: KEY_RANGES }, (_, range) => ({ range, relay: undefined }));

function claim(relay: string, relays: number, holdings: readonly RangeHolding[]): readonly RangeHolding[] {
  const { held, given } = shareOf(relay, relays, holdings);
  return holdings.map((holding) =>
    held.includes(holding.range)
      ? { range: holding.range, relay }
      : given.includes(holding.range)
        ? { range: holding.range, relay: undefined }
        : holding,
  );
}

test.for([1, 2, 3, 5, 16, 20])("%i relays come to shares that differ by what cannot be divided", (count) => {
  const relays = Array.from({ length: count }, (_, index) => `r${index}`);
  let holdings = nobody;
  for (let round = 0; round < 3; round += 1) for (const relay of relays) holdings = claim(relay, count, holdings);
  const shares = relays.map((relay) => holdings.filter((holding) => holding.relay === relay).length);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(KEY_RANGES);
  expect(Math.max(...shares)).toBe(Math.ceil(KEY_RANGES / count));
});

test("who has its share keeps the very ranges that it has", () => {
  const holdings = nobody.map(({ range }) => ({ range, relay: range < 8 ? "a" : "b" }));
  expect(shareOf("a", 2, holdings)).toEqual({ held: [0, 1, 2, 3, 4, 5, 6, 7], given: [] });
});

test("nothing is taken from anybody", () => {
  expect(
    shareOf(
      "b",
      2,
      nobody.map(({ range }) => ({ range, relay: "a" })),
    ),
  ).toEqual({ held: [], given: [] });
});
