import { expect, test } from "vitest";
import { formatDuration, formatRate, plural } from "./figures.ts";
import { Rates } from "./rates.ts";

test("durations are told in their two largest units", () => {
  expect([0.9, 59, 60, 3_600, 7_260, 90_000].map(formatDuration)).toEqual([
    "0 s",
    "59 s",
    "1 min",
    "1 h 0 min",
    "2 h 1 min",
    "1 d 1 h",
  ]);
});

test("rates are told a second, slow ones a minute, none as a dash", () => {
  expect([0, 0.001, 0.5, 3.14, 12, 12_345].map(formatRate)).toEqual([
    "–",
    "1/min",
    "30/min",
    "3.1/s",
    "12/s",
    "12.3K/s",
  ]);
});

test("one is singular", () => {
  expect([plural(0, "event"), plural(1, "event"), plural(2, "event")]).toEqual(["0 events", "1 event", "2 events"]);
});

test("a rate is the growth over the window, and forgets what lies before it", () => {
  const rates = new Rates(10_000);
  const at = (seconds: number, count: number): number | undefined =>
    rates.update(seconds * 1_000, new Map([["a", count]])).get("a");
  expect(at(0, 100)).toBeUndefined();
  expect(at(5, 110)).toBe(2);
  expect(at(10, 110)).toBe(1);
  expect(at(15, 110)).toBe(0);
  expect(at(16, 121)).toBe(1);
});

test("a counter that fell rests, and one that is new began at nothing", () => {
  const rates = new Rates(10_000);
  rates.update(0, new Map([["a", 50]]));
  expect([...rates.update(1_000, new Map(Object.entries({ a: 10, b: 3 })))]).toEqual([
    ["a", 0],
    ["b", 3],
  ]);
});
