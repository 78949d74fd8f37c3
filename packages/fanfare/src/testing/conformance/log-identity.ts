import assert from "node:assert/strict";
import type { Appended, Log } from "../../core/ports/log.ts";
import { assertRejects, logCase, logWideIdCase, type LogCase } from "./log-case.ts";
import { page, positions, range, readAll } from "./log-reading.ts";
import { patterns, sample, samples } from "./sample-events.ts";

const FIRST = "2026-01-01T00:00:00.000Z";
const SECOND = "2026-02-02T00:00:00.000Z";
const AS_FIRST: Appended = { position: 1 as Appended["position"], time: FIRST, duplicate: true };

export const identityCases: readonly LogCase[] = [
  logCase(
    "the same event again is answered with its first position and time, and not stored again",
    async (log, other) => {
      const event = { id: "one", attributes: { a: 1, b: "x" }, data: { x: [1, { y: 2, z: 3 }], w: "é" } };
      await log.append([sample("sample.one", { ...event, time: FIRST })]);
      assert.deepEqual(await other.append([sample("sample.one", { ...event, time: SECOND })]), [AS_FIRST]);
      const shuffled = { id: "one", attributes: { b: "x", a: 1 }, data: { w: "é", x: [1, { z: 3, y: 2 }] } };
      assert.deepEqual(await log.append([sample("sample.one", { ...shuffled, time: SECOND })]), [AS_FIRST]);
      assert.deepEqual(positions(await other.append([sample()])), [2]);
      assert.deepEqual(positions(await readAll(log)), [1, 2]);
    },
  ),

  logCase("an event that is twice in one batch is stored once", async (log, other) => {
    const once = sample("sample.one", { id: "twice", time: FIRST });
    const again = sample("sample.one", { id: "twice", time: SECOND });
    const answers = await log.append([once, sample("sample.two"), again, sample("sample.three")]);
    assert.deepEqual(answers[2], AS_FIRST);
    assert.deepEqual(positions(answers), [1, 2, 1, 3]);
    assert.deepEqual(positions(await readAll(other)), [1, 2, 3]);
  }),

  logCase("a batch may mix known and new events", async (log, other) => {
    const known = samples(3);
    await log.append(known);
    const answers = await other.append([known[2], sample(), known[0], sample()].flatMap((event) => event ?? []));
    assert.deepEqual(
      answers.map(({ position, duplicate }) => [position, duplicate]),
      [
        [3, true],
        [4, false],
        [1, true],
        [5, false],
      ],
    );
  }),

  logCase("the same id with another topic, type, attribute or data is an id_conflict", async (log, other) => {
    const event = { id: "one", type: "sample.a", attributes: { a: 1 }, data: { n: 1 } };
    await log.append([sample("sample.one", event)]);
    const different = [
      sample("sample.two", event),
      sample("sample.one", { ...event, type: "sample.b" }),
      sample("sample.one", { ...event, attributes: { a: "1" } }),
      sample("sample.one", { ...event, attributes: { a: 1, b: 1 } }),
      sample("sample.one", { ...event, attributes: {} }),
      sample("sample.one", { ...event, data: { n: "1" } }),
      sample("sample.one", { ...event, data: { n: 1, m: null } }),
      sample("sample.one", { ...event, data: [1] }),
    ];
    for (const draft of different) await assertRejects(other.append([draft]), "id_conflict");
    assert.deepEqual(positions(await readAll(log)), [1]);
    const topics = await log.topics({ patterns: patterns(">"), limit: 10 });
    assert.deepEqual(
      topics.map(({ topic }) => topic),
      ["sample.one"],
      "a refused event left its topic behind",
    );
  }),

  logCase("two different events with one id in one batch refuse it", async (log, other) => {
    const batch = [
      sample("sample.one", { id: "one", data: 1 }),
      sample(),
      sample("sample.one", { id: "one", data: 2 }),
    ];
    await assertRejects(log.append(batch), "id_conflict");
    assert.deepEqual(await readAll(other), []);
    assert.deepEqual(positions(await other.append([sample("sample.one", { id: "one", data: 2 })])), [1]);
  }),

  logCase("of concurrent appends of one event exactly one stores it", async (log, other) => {
    const event = sample("sample.one", { id: "raced" });
    const work = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? log : other).append([event]));
    const answers = (await Promise.all(work)).flat();
    assert.deepEqual(new Set(positions(answers)), new Set([1]));
    assert.equal(answers.filter(({ duplicate }) => !duplicate).length, 1);
    assert.deepEqual(positions(await readAll(other)), [1]);
  }),

  logCase("ids are known after a restart", async (log, _other, handles) => {
    const event = sample("sample.one", { id: "one", time: FIRST, data: 1 });
    await log.append([event, ...samples(3)]);
    await handles.restart();
    assert.deepEqual(await handles.handle.append([event]), [AS_FIRST]);
    await assertRejects(handles.other.append([sample("sample.one", { id: "one", data: 2 })]), "id_conflict");
    assert.deepEqual(positions(await handles.other.append([sample()])), [5]);
  }),

  logWideIdCase(
    "ids of events that retention removed are known still, after a restart too",
    async (log, other, handles) => {
      const event = sample("sample.one", { id: "one", time: FIRST, attributes: { a: 1, b: 2 }, data: { x: 1, y: 2 } });
      await log.append([event, ...samples(4)]);
      assert.equal(await other.trim({ rules: [{ topics: all, maxEvents: 1 }], now: Date.now() }), 4);
      await assertKnown(log);
      await handles.restart();
      await assertKnown(handles.other);
      assert.deepEqual(positions(await readAll(handles.handle)), [5]);
    },
  ),

  logWideIdCase("a large batch of events that retention removed is known event by event", async (log, other) => {
    const batch = samples(100);
    await log.append(batch);
    assert.equal(await log.trim({ rules: [{ topics: all, maxEvents: 0 }], now: Date.now() }), 100);
    const answers = await other.append(batch);
    assert.deepEqual(positions(answers), range(1, 100));
    assert.ok(answers.every(({ duplicate }) => duplicate));
    assert.deepEqual(positions(await log.append([sample()])), [101]);
    assert.deepEqual(positions(await readAll(other)), [101]);
  }),

  logCase("the epoch is one for all handles, and the same after a restart", async (log, other, handles) => {
    const { epoch } = await log.bounds();
    assert.match(epoch, /^[a-z0-9]{1,32}$/);
    assert.equal((await other.bounds()).epoch, epoch);
    await log.append(samples(2));
    await handles.restart();
    assert.equal((await handles.handle.bounds()).epoch, epoch);
    assert.equal((await handles.other.bounds()).epoch, epoch);
  }),

  logCase("positions go on after a restart, also when retention took every event", async (log, _other, handles) => {
    await log.append(samples(5));
    assert.equal(await log.trim({ rules: [{ topics: all, maxEvents: 0 }], now: Date.now() }), 5);
    await handles.restart();
    const { first, last } = await handles.other.bounds();
    assert.deepEqual({ first, last }, { first: 6, last: 5 });
    assert.deepEqual(positions(await handles.handle.append(samples(2))), range(6, 7));
    assert.equal((await page(handles.other)).trimmed, 5);
  }),
];

const [all = undefined as never] = patterns(">");

/** The trimmed event is known by its content, whatever the order of its keys. */
async function assertKnown(log: Log): Promise<void> {
  const shuffled = { id: "one", time: SECOND, attributes: { b: 2, a: 1 }, data: { y: 2, x: 1 } };
  assert.deepEqual(await log.append([sample("sample.one", shuffled)]), [AS_FIRST]);
  await assertRejects(log.append([sample("sample.one", { ...shuffled, data: { y: 2, x: 2 } })]), "id_conflict");
}
