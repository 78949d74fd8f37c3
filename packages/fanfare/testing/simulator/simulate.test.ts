import { describe, expect, test } from "vitest";
import { simulate } from "./simulate.ts";

const ROUNDS = 1_000;

/** What the rounds must come to, or they prove nothing about it. */
const SITUATIONS = [
  "acks",
  "closed 1001",
  "closed 4401",
  "closed 4408",
  "complete pages",
  "connect forbidden",
  "duplicates",
  "ended consumer_taken",
  "ended forbidden",
  "gap reset",
  "gap scope",
  "gap slow",
  "gap superseded",
  "gap trimmed",
  "heartbeats",
  "loop deliveries",
  "page gap slow",
  "page gap superseded",
  "page gap trimmed",
  "publish forbidden",
  "publish id_conflict",
  "publish unavailable",
  "publishes",
  "renewals",
  "rescopes",
  "restarts",
  "resumptions",
  "revocations",
  "signals",
  "stalls",
  "subscribe forbidden",
  "trims",
];

describe("a hub whose log is late, whose clients stall and whose neighbours fail", () => {
  test(`keeps every promise in ${ROUNDS} random histories`, { timeout: 120_000 }, async () => {
    const counts = new Map<string, number>();
    const failures: string[] = [];
    for (let seed = 1; seed <= ROUNDS; seed += 1) {
      const report = await simulate(seed);
      for (const [situation, count] of report.counts) counts.set(situation, (counts.get(situation) ?? 0) + count);
      if (report.violations.length > 0)
        failures.push(
          `npm run test:simulate -- --seed ${seed} --trace\n  ${report.violations.slice(0, 5).join("\n  ")}`,
        );
    }
    expect(failures.slice(0, 10)).toEqual([]);
    expect(SITUATIONS.filter((situation) => (counts.get(situation) ?? 0) < 20)).toEqual([]);
  });

  test("has the same history for the same seed, and another for another", async () => {
    const [first, again, other] = await Promise.all([play(7), play(7), play(8)]);
    expect(first.length).toBeGreaterThan(50);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});

async function play(seed: number): Promise<readonly string[]> {
  const lines: string[] = [];
  await simulate(seed, { trace: (line) => void lines.push(line) });
  return lines;
}
