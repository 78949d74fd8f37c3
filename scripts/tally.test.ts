import { expect, test } from "vitest";
import { fromLine, sum, tallyOfCommand, tallyOfReport, toLine } from "./tally.ts";

const file = (status: string, ...statuses: string[]) => ({
  status,
  assertionResults: statuses.map((one, index) => ({ fullName: `case ${index}`, status: one })),
});

test("the sum of several runs is one line", () => {
  const tallies = [
    { passed: 3, failed: 0 },
    { passed: 4, failed: 2 },
  ];
  expect(toLine(sum(tallies))).toBe("7 passed, 2 failed");
});

test("a command's own sum is recognised, coloured or not, and nothing else is", () => {
  expect(fromLine("200 passed, 1 failed")).toEqual({ passed: 200, failed: 1 });
  expect(fromLine("\u001B[32m200 passed, 0 failed\u001B[39m")).toEqual({ passed: 200, failed: 0 });
  expect(fromLine("round 7: 200 passed, 1 failed")).toBeUndefined();
});

test("a command that fails is never counted as passed", () => {
  expect(tallyOfCommand(undefined, 1)).toEqual({ passed: 0, failed: 1 });
  expect(tallyOfCommand({ passed: 9, failed: 0 }, 1)).toEqual({ passed: 9, failed: 1 });
  expect(tallyOfCommand({ passed: 9, failed: 2 }, 1)).toEqual({ passed: 9, failed: 2 });
  expect(tallyOfCommand(undefined, 0)).toEqual({ passed: 1, failed: 0 });
});

test("a test file that does not load is a failure", () => {
  const report = { testResults: [file("failed"), file("passed", "passed")] };
  expect(tallyOfReport(report, 1, false)).toEqual({ passed: 1, failed: 1, skipped: [] });
});

test("a file whose clean-up fails after its tests passed is a failure", () => {
  const report = { testResults: [file("failed", "passed")] };
  expect(tallyOfReport(report, 1, false)).toMatchObject({ passed: 1, failed: 1 });
});

test("an error outside any test is a failure", () => {
  const report = { testResults: [file("passed", "passed")] };
  expect(tallyOfReport(report, 1, false)).toMatchObject({ passed: 1, failed: 1 });
});

test("a skipped test is told, and is a failure where skips are refused", () => {
  const report = { testResults: [file("passed", "passed", "skipped")] };
  expect(tallyOfReport(report, 0, false)).toEqual({ passed: 1, failed: 0, skipped: ["case 1"] });
  expect(tallyOfReport(report, 0, true)).toEqual({ passed: 1, failed: 1, skipped: ["case 1"] });
});
