import assert from "node:assert/strict";
import { assertRejects, logCase, type LogCase } from "./log-case.ts";
import { collect, positions, range, readAll } from "./log-reading.ts";
import { sample, samples } from "./sample-events.ts";

export const followCases: readonly LogCase[] = [
  logCase("following begins after the answered head", async (log, other) => {
    await log.append(samples(3));
    const followed = [await collect(log), await collect(other)];
    await other.append(samples(2));
    await log.append(samples(1));
    for (const { head, events, until } of followed) {
      assert.equal(head, 3);
      await until(3);
      assert.deepEqual(positions(events), [4, 5, 6]);
    }
  }),

  logCase("a follower is told the same event that a reader reads", async (log, other) => {
    const followed = await collect(other);
    await log.append([sample("a.b", { attributes: { text: "é", n: 1, yes: true }, data: { x: ["\u2028", null] } })]);
    await followed.until(1);
    assert.deepEqual(followed.events, await readAll(log));
  }),

  logCase(
    "under concurrent appends of two handles every follower is told every event once and in order",
    async (log, other) => {
      const followed = await Promise.all([collect(log), collect(other), collect(log)]);
      const work = Array.from({ length: 80 }, (_, index) =>
        (index % 2 === 0 ? log : other).append(samples(1 + (index % 5), `sample.${index % 3}`)),
      );
      await Promise.all(work);
      const stored = await readAll(log);
      assert.deepEqual(positions(stored), range(1, 240));
      for (const { events, until } of followed) {
        await until(stored.length);
        assert.deepEqual(positions(events), positions(stored));
        assert.deepEqual(events, stored);
      }
    },
  ),

  logCase("a follower that begins amid appends misses nothing after its head", async (log, other) => {
    const work = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? log : other).append(samples(2)));
    const followed = await Promise.all([collect(log), collect(other), collect(log), collect(other)]);
    await Promise.all(work);
    for (const { head, events, until } of followed) {
      await until(80 - head);
      assert.deepEqual(positions(events), range(head + 1, 80));
    }
  }),

  logCase("a follower is told a batch that is larger than any page", async (log, other) => {
    const followed = [await collect(log), await collect(other)];
    await other.append(samples(1_200));
    for (const { events, until } of followed) {
      await until(1_200);
      assert.deepEqual(positions(events), range(1, 1_200));
    }
  }),

  logCase("duplicates and refused batches are not told", async (log, other) => {
    const followed = await collect(other);
    const event = sample("sample.one", { id: "one" });
    await log.append([event]);
    await other.append([event, sample()]);
    await assertRejects(log.append([sample(), sample("sample.two", { id: "one" })]), "id_conflict");
    await log.append([sample()]);
    await followed.until(3);
    assert.deepEqual(positions(followed.events), [1, 2, 3]);
  }),

  logCase("a stopped follower is told no more, and the others are", async (log, other) => {
    const [stopped, witness] = [await collect(other), await collect(other)];
    await log.append(samples(2));
    await stopped.until(2);
    stopped.stop();
    stopped.stop();
    await log.append(samples(2));
    await witness.until(4);
    assert.deepEqual(positions(stopped.events), [1, 2]);
  }),

  logCase("a handle goes on following when another one is closed", async (log, _other, handles) => {
    const closing = await handles.further();
    const followed = await collect(log);
    await closing.append(samples(2));
    await closing.close();
    const next = await handles.further();
    await next.append(samples(2));
    await followed.until(4);
    assert.deepEqual(positions(followed.events), range(1, 4));
  }),
];
