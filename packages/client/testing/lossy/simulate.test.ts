import { expect, test } from "vitest";
import { simulateLossy } from "./simulate.ts";

const ROUNDS = 100;

/** What the rounds must come to, or they prove nothing about it. */
const SITUATIONS = [
  "application restarts",
  "changes",
  "connection catching-up",
  "connection connecting",
  "connection live",
  "connection offline",
  "connection waiting",
  "cuts",
  "dropped",
  "duplicated",
  "events",
  "gap reset",
  "gap scope",
  "gap slow",
  "gap superseded",
  "gap trimmed",
  "hub restarts",
  "overtaken",
  "publishes",
  "publishes withdrawn",
  "refusals",
  "snapshot",
  "stalls",
  "storage failures",
  "subscription paused",
  "trimmed",
  "wipes",
];

test(
  `an application sees every event once and in order or an explicit gap, in ${ROUNDS} random histories of a lossy link`,
  {
    timeout: 120_000,
  },
  async () => {
    const counts = new Map<string, number>();
    const failures: string[] = [];
    for (let seed = 1; seed <= ROUNDS; seed += 1) {
      const report = await simulateLossy(seed);
      for (const [situation, count] of report.counts) counts.set(situation, (counts.get(situation) ?? 0) + count);
      if (report.violations.length > 0)
        failures.push(`npm run test:lossy -- --seed ${seed} --trace\n  ${report.violations.slice(0, 5).join("\n  ")}`);
    }
    expect(failures.slice(0, 10)).toEqual([]);
    expect(SITUATIONS.filter((situation) => (counts.get(situation) ?? 0) < 5)).toEqual([]);
  },
);

test("has the same history for the same seed, and another for another", async () => {
  const [first, again, other] = await Promise.all([play(7), play(7), play(8)]);
  expect(first.length).toBeGreaterThan(50);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

async function play(seed: number): Promise<readonly string[]> {
  const lines: string[] = [];
  await simulateLossy(seed, (line) => void lines.push(line));
  return lines;
}
