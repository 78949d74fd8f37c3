import { FanfareError, PROBLEMS, type ProblemCode } from "@fanfare/protocol";
import { expect, test } from "vitest";
import { backoffLimit, jitter, patienceLimit } from "./backoff.ts";
import { blame, describe } from "./outcome.ts";

const LOGS_FAULT: readonly ProblemCode[] = [
  "draining",
  "limit_exceeded",
  "overloaded",
  "rate_limited",
  "token_expired",
  "token_revoked",
  "unauthenticated",
  "unavailable",
];

test("of all codes these blame the log, the others the event", () => {
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  expect(codes.filter((code) => blame(new FanfareError(code, "x")) === "log").toSorted()).toEqual(LOGS_FAULT);
});

test("what is no answer of Fanfare's blames the log", () => {
  for (const error of [new Error("ECONNREFUSED"), new TypeError("fetch failed"), "text", undefined])
    expect(blame(error)).toBe("log");
});

test("an error is kept as text that every database takes, of bounded length", () => {
  expect(describe(new FanfareError("id_conflict", "id: is taken"))).toBe("id_conflict: id: is taken");
  expect(describe(new Error(`a\0${"b".repeat(5_000)}`))).toBe(`a\u{fffd}${"b".repeat(998)}`);
  expect(describe("text")).toBe("text");
});

test("the limit of a wait doubles with each failure up to the largest", () => {
  const options = { retryBaseMs: 200, retryMaxMs: 3_000 };
  expect([1, 2, 3, 4, 5, 6, 2_000].map((failures) => backoffLimit(failures, options))).toEqual([
    200, 400, 800, 1_600, 3_000, 3_000, 3_000,
  ]);
  expect([0, 100, 700, 1e9].map((waited) => patienceLimit(waited, options))).toEqual([200, 200, 700, 3_000]);
});

test("jitter is any part of the limit", () => {
  expect([0, 0.5, 0.999_999].map((random) => jitter(1_000, { random: () => random }))).toEqual([0, 500, 1_000]);
});
