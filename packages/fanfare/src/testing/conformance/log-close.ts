import assert from "node:assert/strict";
import { assertRejects, logCase, type LogCase } from "./log-case.ts";
import { page, readAll } from "./log-reading.ts";
import { patterns, sample, samples } from "./sample-events.ts";

export const closeCases: readonly LogCase[] = [
  logCase("a closed handle answers everything with `unavailable`", async (_log, _other, handles) => {
    const log = await handles.further();
    await log.close();
    await log.close();
    await assertRejects(log.append([sample()]), "unavailable");
    await assertRejects(page(log), "unavailable");
    await assertRejects(log.bounds(), "unavailable");
    await assertRejects(log.topics({ patterns: patterns(">"), limit: 1 }), "unavailable");
    await assertRejects(
      log.follow(() => undefined),
      "unavailable",
    );
    await assertRejects(log.trim({ rules: [], now: Date.now() }), "unavailable");
  }),

  logCase(
    "a close amid appends settles each: acknowledged and stored, or `unavailable`",
    async (_log, other, handles) => {
      const log = await handles.further();
      const acknowledged = new Set<string>();
      const work = Array.from({ length: 50 }, async () => {
        const batch = samples(3);
        try {
          await log.append(batch);
          for (const { id } of batch) acknowledged.add(id);
        } catch (error) {
          await assertRejects(Promise.reject(error), "unavailable");
        }
      });
      await log.close();
      await Promise.all(work);
      const stored = new Set((await readAll(other)).map(({ id }) => id));
      for (const id of acknowledged) assert.ok(stored.has(id), "an acknowledged event is missing");
      assert.equal(stored.size % 3, 0, "a part of a batch is stored");
    },
  ),

  logCase("a closed handle's followers are told no more", async (_log, other, handles) => {
    const closing = await handles.further();
    let told = 0;
    await closing.follow((events) => {
      told += events.length;
    });
    await closing.close();
    const before = told;
    await other.append(samples(3));
    await readAll(other);
    assert.equal(told, before);
  }),
];
