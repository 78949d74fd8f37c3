import { expect, test } from "vitest";
import { CLOSE_CODES, FanfareError, isFanfareError, PROBLEMS, type ProblemCode } from "./problem.ts";

test("an error becomes problem details with its stable code and its message as the detail", () => {
  const error = new FanfareError("invalid_topic", "topic: has 17 tokens, at most 16 are allowed");
  expect(error.toProblem()).toEqual({
    type: "urn:fanfare:problem:invalid_topic",
    title: "Not a valid topic or pattern",
    status: 400,
    code: "invalid_topic",
    detail: "topic: has 17 tokens, at most 16 are allowed",
  });
  expect(error.status).toBe(400);
});

test("the cause of an error is kept", () => {
  const cause = new Error("disk full");
  expect(new FanfareError("unavailable", "log: cannot be written", { cause }).cause).toBe(cause);
});

test("every code is lower-case words with an HTTP error status and a title of its own", () => {
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  for (const code of codes) {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(PROBLEMS[code].status).toBeGreaterThanOrEqual(400);
    expect(PROBLEMS[code].status).toBeLessThan(600);
  }
  expect(new Set(codes.map((code) => PROBLEMS[code].title)).size).toBe(codes.length);
});

test("an error of another copy of the package is recognised, a look-alike is not", () => {
  const other = (code: unknown): Error => Object.assign(new Error("x"), { name: "FanfareError", code });
  expect(isFanfareError(new FanfareError("internal", "x"))).toBe(true);
  expect(isFanfareError(other("forbidden"))).toBe(true);
  for (const value of [
    other("no_such_code"),
    other("toString"),
    other(7),
    new Error("x"),
    { name: "FanfareError", code: "internal" },
    null,
    "x",
  ]) {
    expect(isFanfareError(value)).toBe(false);
  }
});

test("close codes of our own lie in the range for applications", () => {
  expect(Object.values(CLOSE_CODES).filter((code) => code > 1015 && (code < 4400 || code > 4499))).toEqual([]);
});
