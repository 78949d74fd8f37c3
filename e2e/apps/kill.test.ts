import { expect, test } from "vitest";
import { contradictions, killRounds } from "./rounds.ts";

const KILLS = Number(process.env["FANFARE_APP_KILLS"] ?? 8);

test(
  "after every kill -9 each event has had its effect exactly once, also with two processes on one file",
  async () => {
    const books = await killRounds(KILLS, 20_261_121);
    expect(contradictions(books)).toEqual([]);
    expect(books.events).toBeGreaterThan(100);
  },
  60_000 + KILLS * 5_000,
);

test("an effect that is lost, doubled or without its event is noticed", () => {
  const good = { acknowledged: 3, counted: 12, events: 3, published: 12, handled: 3, summed: 12 };
  expect(contradictions(good)).toEqual([]);
  expect(contradictions({ ...good, acknowledged: 4 })).toHaveLength(1);
  expect(contradictions({ ...good, counted: 13 })).toHaveLength(1);
  expect(contradictions({ ...good, handled: 4 })).toHaveLength(1);
  expect(contradictions({ ...good, summed: 16 })).toHaveLength(1);
});
