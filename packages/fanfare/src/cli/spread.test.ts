import { expect, test } from "vitest";
import { rateOf, spreadOf } from "./spread.ts";

test("percentiles are values that occurred", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(spreadOf(values)).toEqual({ p50: 50, p99: 99, max: 100 });
  expect(spreadOf([7])).toEqual({ p50: 7, p99: 7, max: 7 });
  expect(spreadOf([])).toEqual({ p50: 0, p99: 0, max: 0 });
});

test("rates are per second", () => {
  expect(rateOf(500, 250)).toEqual({ events: 500, seconds: 0.25, perSecond: 2000 });
});
