import assert from "node:assert/strict";
import { matches, toPosition } from "@fanfare/protocol";
import type { Log } from "../../core/ports/log.ts";
import { logCase, type LogCase } from "./log-case.ts";
import { page, positions, range, readAll } from "./log-reading.ts";
import { patterns, sample, samples } from "./sample-events.ts";

export const readCases: readonly LogCase[] = [
  logCase("a page begins after the position it is given and ends at the head", async (log, other) => {
    await log.append(samples(10));
    const { events, through, head, trimmed } = await page(other, { after: toPosition(4) });
    assert.deepEqual(positions(events), range(5, 10));
    assert.deepEqual({ through, head, trimmed }, { through: 10, head: 10, trimmed: 0 });
    assert.deepEqual(await page(log, { after: toPosition(10) }), { events: [], through: 10, head: 10, trimmed: 0 });
  }),

  logCase("a page holds at most `limit` events, and pages join without a seam", async (log, other) => {
    await mixed(log, 30);
    for (const topics of ["sample.one", "sample.*", ">"]) {
      const whole = positions(await readAll(other, { topics: patterns(topics) }));
      for (const limit of [1, 3, 10, 1_000]) {
        const { events } = await page(other, { topics: patterns(topics), limit });
        assert.equal(events.length, Math.min(limit, whole.length));
        assert.deepEqual(positions(await readAll(other, { topics: patterns(topics), limit })), whole);
      }
    }
  }),

  logCase("a page looks at no more than `scan` rows and says how far it looked", async (log, other) => {
    await log.append(samples(50, "noise.one"));
    await log.append([sample("signal.one")]);
    await log.append(samples(20, "noise.two"));
    const request = { topics: patterns("signal.*"), scan: 10 };
    // An index may find it at once; a scan stops short of it. Both say truly how far they looked.
    const { events, through, head } = await page(other, request);
    assert.equal(events.length === 1, through >= 51);
    assert.ok(through >= 1);
    assert.equal(head, 71);
    assert.deepEqual(positions(await readAll(other, request)), [51]);
    assert.deepEqual(positions(await readAll(other, { ...request, scan: 1 })), [51]);
  }),

  logCase("a page takes no further event once `bytes` are there, but always one", async (log, other) => {
    await log.append(samples(6, "sample.one", { data: "x".repeat(1_000) }));
    const { events, through } = await page(other, { bytes: 2_500 });
    assert.ok(events.length >= 1 && events.length <= 3, `${events.length} events of 1 000 bytes in a page of 2 500`);
    assert.equal(through, events.length);
    assert.deepEqual(positions((await page(other, { bytes: 1 })).events), [1]);
    assert.deepEqual(positions(await readAll(other, { bytes: 1 })), range(1, 6));
  }),

  logCase("patterns: a topic, `*` for one token, `>` for the rest", async (log, other) => {
    const topics = ["a", "a.b", "a.b.c", "a.x", "a.x.c", "b", "ab", "b.b.c", "a-b.c"];
    await log.append(topics.map((topic) => sample(topic)));
    const seen = async (...texts: string[]): Promise<readonly string[]> =>
      (await readAll(other, { topics: patterns(...texts) })).map(({ topic }) => topic);
    assert.deepEqual(await seen("a.b"), ["a.b"]);
    assert.deepEqual(await seen("*"), ["a", "b", "ab"]);
    assert.deepEqual(await seen("a.*"), ["a.b", "a.x"]);
    assert.deepEqual(await seen("a.>"), ["a.b", "a.b.c", "a.x", "a.x.c"]);
    assert.deepEqual(await seen("*.b.>"), ["a.b.c", "b.b.c"]);
    assert.deepEqual(await seen("a.*.c"), ["a.b.c", "a.x.c"]);
    assert.deepEqual(await seen(">"), topics);
    assert.deepEqual(await seen("nothing.here"), []);
    assert.deepEqual(await seen(), []);
  }),

  logCase("a topic that is new since the last read is found by every pattern for it", async (log, other) => {
    for (const round of range(1, 4)) {
      await log.append([sample(`a.n${round}`), sample(`b.n${round}.x`), sample("c")]);
      for (const text of ["a.*", "*.*", "*.*.x", "b.>", `a.n${round}`, ">"]) {
        const [pattern] = patterns(text);
        const expected = (await readAll(other)).filter(({ topic }) => pattern !== undefined && matches(pattern, topic));
        assert.deepEqual(positions(await readAll(other, { topics: patterns(text) })), positions(expected));
      }
    }
  }),

  logCase("several patterns give one ascending page, each event once", async (log, other) => {
    await mixed(log, 20);
    const both = await readAll(other, { topics: patterns("sample.one", "sample.two"), limit: 4 });
    assert.deepEqual(
      positions(both),
      range(1, 40).filter((position) => position % 4 !== 0),
    );
    const overlapping = patterns("sample.one", "sample.>", "*.one", "sample.one");
    assert.deepEqual(positions(await readAll(other, { topics: overlapping, limit: 4 })), positions(both));
  }),

  logCase("a read for topics without events looks through to the head", async (log, other) => {
    await log.append(samples(5));
    for (const topics of [patterns("nothing.here"), patterns("nothing.>"), []]) {
      assert.deepEqual(await page(other, { topics }), { events: [], through: 5, head: 5, trimmed: 0 });
    }
  }),

  logCase("a read beyond the head answers nothing and the true head", async (log, other) => {
    await log.append(samples(2));
    for (const topics of [patterns(">"), patterns("sample.one")]) {
      const { events, head } = await page(other, { topics, after: toPosition(7) });
      assert.deepEqual({ events, head }, { events: [], head: 2 });
    }
  }),

  logCase("topics are listed by name with their figures", async (log, other) => {
    await log.append([sample("b.one"), sample("a.one"), sample("b.one"), sample("c"), sample("b.two")]);
    const stats = await other.topics({ patterns: patterns(">"), limit: 10 });
    assert.deepEqual(
      stats.map(({ topic, events, first, last, trimmed }) => ({ topic, events, first, last, trimmed })),
      [
        { topic: "a.one", events: 1, first: 2, last: 2, trimmed: 0 },
        { topic: "b.one", events: 2, first: 1, last: 3, trimmed: 0 },
        { topic: "b.two", events: 1, first: 5, last: 5, trimmed: 0 },
        { topic: "c", events: 1, first: 4, last: 4, trimmed: 0 },
      ],
    );
    for (const { bytes, events } of stats) assert.ok(bytes > 10 * events, `${events} events have ${bytes} bytes`);
  }),

  logCase("topics are listed by pattern, after a name, at most `limit`", async (log, other) => {
    await log.append(["b.one", "a.one", "c", "b.two", "b.three"].map((topic) => sample(topic)));
    const names = async (request: Parameters<Log["topics"]>[0]): Promise<readonly string[]> =>
      (await other.topics(request)).map(({ topic }) => topic);
    assert.deepEqual(await names({ patterns: patterns("b.*", "c"), limit: 10 }), ["b.one", "b.three", "b.two", "c"]);
    const { topic } = sample("b.one");
    assert.deepEqual(await names({ patterns: patterns(">"), after: topic, limit: 2 }), ["b.three", "b.two"]);
    assert.deepEqual(await names({ patterns: patterns("c"), after: topic, limit: 1 }), ["c"]);
    assert.deepEqual(await names({ patterns: [], limit: 10 }), []);
  }),
];

/** Rounds of two events of `sample.one` and `sample.two` alternating with noise at every fourth position. */
async function mixed(log: Log, count: number): Promise<void> {
  const topics = ["sample.one", "sample.two", "sample.one", "noise"];
  await log.append(range(0, count * 2 - 1).map((index) => sample(topics[index % topics.length])));
}
