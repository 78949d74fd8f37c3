import assert from "node:assert/strict";
import { assertRejects, logCase, type LogCase } from "./log-case.ts";
import { page, positions, range, readAll } from "./log-reading.ts";
import { sample, samples } from "./sample-events.ts";

export const appendCases: readonly LogCase[] = [
  logCase("an empty log ends at 0 and its first event would be 1", async (log, other) => {
    const { first, last } = await other.bounds();
    assert.deepEqual({ first, last }, { first: 1, last: 0 });
    assert.deepEqual(await page(log), { events: [], through: 0, head: 0, trimmed: 0 });
  }),

  logCase("positions are 1, 2, 3 … in the order of commits, and of a batch's events", async (log, other) => {
    assert.deepEqual(positions(await log.append([sample()])), [1]);
    assert.deepEqual(positions(await other.append(samples(3))), [2, 3, 4]);
    assert.deepEqual(positions(await log.append(samples(2, "sample.two"))), [5, 6]);
    const { first, last } = await other.bounds();
    assert.deepEqual({ first, last }, { first: 1, last: 6 });
  }),

  logCase("an empty batch answers nothing and burns no position", async (log, other) => {
    assert.deepEqual(await log.append([]), []);
    assert.deepEqual(positions(await other.append([sample()])), [1]);
  }),

  logCase("an event comes back as it was given", async (log, other) => {
    const draft = sample("a.B-1._", {
      id: "ü/1 'quoted' \"twice\"",
      type: "sample.x",
      time: "1999-12-31T23:59:59.999Z",
      attributes: {
        text: "ünï\u2028\u{1f600}",
        number: -1.5,
        large: 9_007_199_254_740_991,
        yes: true,
        no: false,
        empty: "",
      },
      data: { nested: [1, null, "\0", { deep: [[]] }], text: "\u{1f600} ' \" \\" },
    });
    const [answer] = await log.append([draft]);
    assert.deepEqual(answer, { position: 1, time: draft.time, duplicate: false });
    const [event] = (await page(other)).events;
    assert.ok(event);
    assert.deepEqual({ ...event, data: "" }, { ...draft, position: 1, data: "" });
    assert.deepEqual(JSON.parse(event.data), JSON.parse(draft.data));
  }),

  logCase("what an append answered can be read at once, by a neighbour too", async (log, other) => {
    for (const position of range(1, 20)) {
      await log.append([sample()]);
      const { events, head } = await page(other);
      assert.equal(events.length, position);
      assert.equal(head, position);
    }
  }),

  logCase("a refused batch leaves no event and burns no position", async (log, other) => {
    await log.append([sample("sample.one", { id: "taken", data: 1 })]);
    const refused = [...samples(3), sample("sample.one", { id: "taken", data: 2 }), ...samples(2)];
    await assertRejects(other.append(refused), "id_conflict");
    assert.deepEqual(positions(await log.append([sample()])), [2]);
    assert.deepEqual(positions(await readAll(other)), [1, 2]);
  }),

  logCase("batches beside a refused one are not refused with it", async (log) => {
    await log.append([sample("sample.one", { id: "taken", data: 1 })]);
    const good = Array.from({ length: 10 }, () => log.append(samples(2)));
    const bad = assertRejects(log.append([sample(), sample("sample.one", { id: "taken", data: 2 })]), "id_conflict");
    const more = Array.from({ length: 10 }, () => log.append(samples(2)));
    await bad;
    const answers = await Promise.all([...good, ...more]);
    assert.deepEqual(
      answers.flatMap(positions).toSorted((a, b) => a - b),
      range(2, 41),
    );
    assert.deepEqual(positions(await readAll(log)), range(1, 41));
  }),

  logCase("concurrent batches of two handles get every position once, each batch ascending", async (log, other) => {
    const batches = Array.from({ length: 60 }, (_, index) => samples(1 + (index % 7), `sample.${index % 5}`));
    const answers = await Promise.all(batches.map((batch, index) => (index % 2 === 0 ? log : other).append(batch)));
    for (const answer of answers)
      assert.deepEqual(
        positions(answer),
        positions(answer).toSorted((a, b) => a - b),
      );
    const count = batches.flat().length;
    assert.deepEqual(
      answers.flatMap(positions).toSorted((a, b) => a - b),
      range(1, count),
    );
    const stored = new Map((await readAll(other)).map((event) => [event.position, event.id]));
    const given = batches.flatMap((batch, index) => batch.map(({ id }, at) => [answers[index]?.[at]?.position, id]));
    for (const [position, id] of given) assert.equal(stored.get(position as never), id);
    assert.equal(stored.size, count);
  }),
];
