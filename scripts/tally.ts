export type Tally = { passed: number; failed: number };

/** What the test runner's JSON report tells that a sum needs. */
export type Report = {
  testResults: { status: string; assertionResults: { fullName: string; status: string }[] }[];
};

export const oneFailure: Tally = { passed: 0, failed: 1 };

export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(({ passed, failed }, one) => ({ passed: passed + one.passed, failed: failed + one.failed }), {
    passed: 0,
    failed: 0,
  });
}

/** The one line that sums a run up; nothing else a run prints may look like it. */
export function toLine({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`;
}

export function fromLine(line: string): Tally | undefined {
  // oxlint-disable-next-line no-control-regex -- a command may colour its sum
  const match = /^(\d+) passed, (\d+) failed$/.exec(line.replaceAll(/\u001B\[[\d;]*m/g, "").trim());
  return match === null ? undefined : { passed: Number(match[1]), failed: Number(match[2]) };
}

/** A command without a sum of its own counts as one test; one that fails without saying how often, as one failure. */
export function tallyOfCommand(own: Tally | undefined, code: number): Tally {
  if (own === undefined) return code === 0 ? { passed: 1, failed: 0 } : oneFailure;
  return own.failed === 0 && code !== 0 ? { ...own, failed: 1 } : own;
}

/** The sum of the suites; `strict` makes a skipped test a failed one. */
export function tallyOfReport(report: Report, code: number, strict: boolean): Tally & { skipped: string[] } {
  const cases = report.testResults.flatMap((file) => file.assertionResults);
  const passed = cases.filter(({ status }) => status === "passed").length;
  const failed = cases.filter(({ status }) => status === "failed").length;
  const skipped = cases.filter(({ status }) => status !== "failed" && status !== "passed");
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((one) => one.status === "failed"),
  );
  const refused = failed + broken.length + (strict ? skipped.length : 0);
  return {
    passed,
    // An error outside any test, an unhandled rejection say, shows in the exit code alone.
    failed: refused === 0 && code !== 0 ? 1 : refused,
    skipped: skipped.map(({ fullName }) => fullName),
  };
}
