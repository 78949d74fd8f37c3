import assert from "node:assert/strict";
import { parsePattern } from "@fanfare/protocol";
import type { Log, TrimRule } from "../../core/ports/log.ts";
import { logCase, type LogCase } from "./log-case.ts";
import { collect, page, positions, range, readAll } from "./log-reading.ts";
import { patterns, sample, samples } from "./sample-events.ts";
import { eventually } from "./waiting.ts";

export const retentionCases: readonly LogCase[] = [
  logCase("retention by count keeps the newest events of each topic", async (log, other) => {
    await log.append([...samples(4, "a.one"), ...samples(2, "a.two"), ...samples(3, "a.one")]);
    assert.equal(await trim(other, { topics: parsePattern("a.*"), maxEvents: 3 }), 4);
    assert.deepEqual(positions(await readAll(log)), range(5, 9));
    assert.equal(await trim(log, { topics: parsePattern("a.*"), maxEvents: 3 }), 0);
  }),

  logCase("retention by age measures from the append against the given time", async (log, other) => {
    // The publisher's own time says when it happened; it neither saves nor condemns an event.
    await log.append([sample("a.one", { time: "2999-01-01T00:00:00.000Z" }), sample("a.two")]);
    const between = Date.now() + 20;
    await eventually("20 ms pass", () => Date.now() > between + 20);
    await log.append([sample("a.one", { time: "1999-01-01T00:00:00.000Z" })]);
    const rules: readonly TrimRule[] = [{ topics: parsePattern("a.>"), maxAgeMs: 60_000 }];
    assert.equal(await other.trim({ rules, now: between }), 0);
    assert.equal(await other.trim({ rules, now: between + 60_000 }), 2);
    assert.deepEqual(positions(await readAll(log)), [3]);
  }),

  logCase("retention by bytes keeps the newest events that fit", async (log, other) => {
    await log.append(samples(10, "a.one", { data: "x".repeat(1_000) }));
    assert.equal(await trim(other, { topics: parsePattern("a.one"), maxBytes: 100_000 }), 0);
    const gone = await trim(other, { topics: parsePattern("a.one"), maxBytes: 5_500 });
    assert.ok(gone >= 5 && gone <= 8, `${gone} of 10 went`);
    assert.deepEqual(positions(await readAll(log)), range(gone + 1, 10));
    const [stats] = await log.topics({ patterns: patterns(">"), limit: 1 });
    assert.ok(stats !== undefined && stats.bytes <= 5_500);
  }),

  logCase("limits of one rule add up", async (log) => {
    await log.append(samples(10, "a.one", { data: "x".repeat(1_000) }));
    assert.equal(
      await trim(log, { topics: parsePattern("a.one"), maxEvents: 9, maxBytes: 100_000, maxAgeMs: 60_000 }),
      1,
    );
  }),

  logCase("the first rule that matches a topic is the only one for it", async (log, other) => {
    await log.append([...samples(3, "a.kept"), ...samples(3, "a.one"), ...samples(3, "b.one")]);
    const [kept, short] = patterns("a.kept", "a.>").map((topics, index) => ({
      topics,
      ...(index === 1 && { maxEvents: 1 }),
    }));
    assert.ok(kept && short);
    assert.equal(await trim(other, kept, short), 2);
    assert.deepEqual(positions(await readAll(log)), [1, 2, 3, 6, 7, 8, 9]);
  }),

  logCase("a page and the list of topics say what retention took from their topics", async (log, other) => {
    await log.append([...samples(3, "a.one"), ...samples(2, "a.two"), sample("b.one")]);
    await trim(other, { topics: parsePattern("a.one"), maxEvents: 1 }, { topics: parsePattern("a.two"), maxEvents: 0 });
    assert.equal((await page(log)).trimmed, 5);
    assert.equal((await page(log, { topics: patterns("a.one") })).trimmed, 2);
    assert.equal((await page(log, { topics: patterns("a.*", "b.*") })).trimmed, 5);
    assert.equal((await page(log, { topics: patterns("b.>") })).trimmed, 0);
    const stats = await log.topics({ patterns: patterns(">"), limit: 10 });
    assert.deepEqual(
      stats.map(({ topic, events, first, last, trimmed }) => ({ topic, events, first, last, trimmed })),
      [
        { topic: "a.one", events: 1, first: 3, last: 3, trimmed: 2 },
        { topic: "a.two", events: 0, first: 0, last: 0, trimmed: 5 },
        { topic: "b.one", events: 1, first: 6, last: 6, trimmed: 0 },
      ],
    );
  }),

  logCase("bounds begin at the oldest stored event", async (log, other) => {
    await log.append([...samples(2, "a.one"), sample("b.one"), ...samples(2, "a.one")]);
    await trim(log, { topics: parsePattern("a.one"), maxEvents: 1 });
    assert.equal((await other.bounds()).first, 3);
    await trim(other, { topics: parsePattern(">"), maxEvents: 0 });
    const { first, last } = await log.bounds();
    assert.deepEqual({ first, last }, { first: 6, last: 5 });
    assert.deepEqual(positions(await other.append([sample("a.one")])), [6]);
    assert.equal((await log.bounds()).first, 6);
  }),

  logCase("a great many events go in one call while appends go on", async (log, other) => {
    const followed = await collect(log);
    for (const _ of range(1, 5)) await log.append(samples(1_000, "a.one"));
    const [gone] = await Promise.all([
      trim(other, { topics: parsePattern("a.>"), maxEvents: 10 }),
      log.append(samples(50, "b.one")),
    ]);
    assert.equal(gone, 4_990);
    assert.deepEqual(positions(await readAll(log)), range(4_991, 5_050));
    await followed.until(5_050);
    assert.deepEqual(positions(followed.events), range(1, 5_050));
  }),
];

function trim(log: Log, ...rules: readonly TrimRule[]): Promise<number> {
  return log.trim({ rules, now: Date.now() });
}
