import { expect, test } from "vitest";
import { harmless, table } from "./terminal.ts";

test("columns are as wide as they need, numbers stand to the right", () => {
  const rows = [
    ["a", 1],
    ["longer", 12_345],
  ];
  expect(table(["T", "EVENTS"], rows)).toBe("T       EVENTS\na            1\nlonger   12345");
});

test("what could steer a terminal is shown by its number", () => {
  expect(harmless("\u009B2J \u202Eabc\u2066 äöü 😀")).toBe(String.raw`\u009b2J \u202eabc\u2066 äöü 😀`);
});
