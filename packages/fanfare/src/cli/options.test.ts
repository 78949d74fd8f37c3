import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { toAfter, toDuration, toFilter, toNumber, toPair, toPattern, toTopic } from "./options.ts";

test("durations", () => {
  expect(["90s", "15m", "12h", "30d"].map(toDuration)).toEqual([90_000, 900_000, 43_200_000, 2_592_000_000]);
  for (const text of ["", "h", "1", "1.5h", "-1h", "0s", "1w"])
    expect(() => toDuration(text)).toThrow(InvalidArgumentError);
});

test("numbers keep to their range", () => {
  expect(toNumber(1, 10)("10")).toBe(10);
  for (const text of ["0", "11", "1e1", "-1", "", "x"]) expect(() => toNumber(1, 10)(text)).toThrow("from 1 to 10");
});

test("attributes are names and values", () => {
  expect(toPair("a=b=c")).toEqual(["a", "b=c"]);
  expect(toPair("a=")).toEqual(["a", ""]);
  for (const text of ["", "a", "=b"]) expect(() => toPair(text)).toThrow(InvalidArgumentError);
});

test("what the protocol does not take is a wrong usage", () => {
  expect(() => toTopic("a.*")).toThrow(InvalidArgumentError);
  expect(() => toPattern("a..b")).toThrow(InvalidArgumentError);
  expect(() => toAfter("yesterday")).toThrow(InvalidArgumentError);
  expect(() => toFilter("{")).toThrow(/Not valid JSON/);
  expect(() => toFilter('{"exakt":{}}')).toThrow(InvalidArgumentError);
  expect([toAfter("now"), toAfter("start"), toAfter("k3x:7")]).toEqual(["now", "start", "k3x:7"]);
});
