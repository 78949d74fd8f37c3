import assert from "node:assert/strict";
import { assertRejects } from "./log-case.ts";
import { range } from "./log-reading.ts";
import { ask, ids, LEASE_MS, NOW, outboxCase, outcomeOf, sampleRow, take, type OutboxCase } from "./outbox-case.ts";
import { eventually } from "./waiting.ts";

/** What becomes of rows. */
export const keepingCases: readonly OutboxCase[] = [
  outboxCase("a failed row comes back at its time with what is known of it", async (here, there) => {
    await here.add([sampleRow("1")]);
    const [row] = await take(here.store);
    const outcomes = [outcomeOf(row, "failed", { nextAttemptAt: NOW + 500, unsureSince: NOW - 7 })];
    assert.equal(await here.store.settle({ relay: "a", now: NOW, outcomes }), 1);
    const [entry] = await there.store.list({ state: "failed", after: 0, limit: 10 });
    assert.deepEqual(entry, {
      number: row?.number,
      state: "failed",
      key: "orders.eu",
      topic: "orders.eu",
      id: "1",
      type: "order.paid",
      attempts: 1,
      addedAt: NOW,
      nextAttemptAt: NOW + 500,
      error: "refused",
      unsureSince: NOW - 7,
    });
    assert.deepEqual(await take(there.store, { now: NOW + 499 }), []);
    const [again] = await take(there.store, { now: NOW + 500 });
    assert.equal(again?.attempts, 1);
    assert.equal(again.unsureSince, NOW - 7);
  }),

  outboxCase("a released row is as if it had not been leased", async (here, there) => {
    await here.add([sampleRow("1"), sampleRow("2")]);
    const before = await take(here.store);
    await here.store.settle({ relay: "a", now: NOW, outcomes: before.map((row) => outcomeOf(row, "released")) });
    assert.deepEqual(await take(there.store), before);
  }),

  outboxCase("a dead row is kept for a person and blocks nothing", async (here, there) => {
    await here.add([sampleRow("1"), sampleRow("2")]);
    const [row, next] = await take(here.store);
    const outcomes = [outcomeOf(row, "dead"), outcomeOf(next, "released")];
    await here.store.settle({ relay: "a", now: NOW, outcomes });
    assert.deepEqual(ids(await take(there.store)), ["2"]);
    const dead = await there.store.list({ state: "dead", after: 0, limit: 10 });
    assert.deepEqual(ids(dead), ["1"]);
    assert.equal(dead[0]?.error, "refused for good");
    assert.deepEqual(await there.store.list({ state: "dead", after: dead[0].number, limit: 10 }), []);
  }),

  outboxCase("sent rows are swept by their age, so many at once", async (here, there) => {
    await here.add(range(1, 5).map((index) => sampleRow(String(index))));
    const rows = await take(here.store);
    for (const [index, row] of rows.slice(0, 4).entries())
      await here.store.settle({ relay: "a", now: NOW + index, outcomes: [outcomeOf(row, "sent")] });
    assert.equal(await there.store.sweep({ sentBefore: NOW + 3, limit: 2 }), 2);
    assert.equal(await there.store.sweep({ sentBefore: NOW + 3, limit: 2 }), 1);
    assert.equal(await there.store.sweep({ sentBefore: NOW + 3, limit: 2 }), 0);
    const { sent, leased } = await here.store.figures({ now: NOW });
    assert.deepEqual({ sent, leased }, { sent: 1, leased: 1 });
  }),

  outboxCase("the figures say what there is, what was done and what went wrong last", async (here, there) => {
    assert.deepEqual(await there.store.figures({ now: NOW }), {
      pending: 0,
      leased: 0,
      failed: 0,
      dead: 0,
      sent: 0,
      oldestPendingAgeMs: 0,
      totals: { sent: 0, duplicates: 0, died: 0 },
    });
    await here.add(range(1, 6).map((index) => sampleRow(String(index), { key: `k${index}`, added_at: NOW + index })));
    const [first, second, third, fourth] = await take(here.store, { limit: 5 });
    const outcomes = [
      outcomeOf(first, "sent"),
      outcomeOf(second, "sent", { duplicate: true }),
      outcomeOf(third, "dead"),
      outcomeOf(fourth, "failed"),
    ];
    await here.store.settle({ relay: "a", now: NOW + 50, outcomes });
    await here.store.sweep({ sentBefore: NOW + 60, limit: 1 });
    assert.deepEqual(await there.store.figures({ now: NOW + 104 }), {
      pending: 1,
      leased: 1,
      failed: 1,
      dead: 1,
      sent: 1,
      oldestPendingAgeMs: 100,
      lastError: { message: "refused", at: NOW + 50 },
      totals: { sent: 2, duplicates: 1, died: 1 },
    });
  }),

  outboxCase("whoever follows hears of a commit, until it stops", async (here) => {
    let heard = 0;
    const stop = here.store.follow(() => (heard += 1));
    // Some stores begin to hear a moment later.
    await eventually("whoever follows is told", async () => {
      await here.add([sampleRow("1")]);
      return heard > 0;
    });
    stop();
  }),

  outboxCase("a closed store answers everything with `unavailable`", async (_here, _there, handles) => {
    const { store, ...handle } = await handles.further();
    await store.close();
    await store.close();
    await assertRejects(store.due({ now: NOW }), "unavailable");
    await assertRejects(store.claim(ask()), "unavailable");
    await assertRejects(store.lease(ask()), "unavailable");
    await assertRejects(store.settle({ relay: "a", now: NOW, outcomes: [] }), "unavailable");
    await assertRejects(store.figures({ now: NOW }), "unavailable");
    await handle.close();
  }),
];

/** What people do. */
export const amendingCases: readonly OutboxCase[] = [
  outboxCase("a retried row is due at once, with no refusals, and as unsure as it was", async (here, there) => {
    await here.add([sampleRow("1")]);
    const [row] = await take(here.store);
    const outcomes = [outcomeOf(row, "dead", { unsureSince: NOW - 7 })];
    await here.store.settle({ relay: "a", now: NOW, outcomes });
    const seen = await there.store.amend([row?.number ?? 0], ({ id }) => ({ kind: "retry", id }));
    assert.deepEqual(ids(seen), ["1"]);
    assert.equal(seen[0]?.state, "dead");
    const [again] = await take(here.store, { now: NOW + LEASE_MS });
    assert.deepEqual(again, { ...row, unsureSince: NOW - 7 });
  }),

  outboxCase("a row that is retried under a new id is nothing that the log may have had", async (here, there) => {
    await here.add([sampleRow("1")]);
    const [row] = await take(here.store);
    const outcomes = [outcomeOf(row, "dead", { unsureSince: NOW - 7 })];
    await here.store.settle({ relay: "a", now: NOW, outcomes });
    await there.store.amend([row?.number ?? 0], () => ({ kind: "retry", id: "new" }));
    const [again] = await take(here.store, { now: NOW + LEASE_MS });
    assert.deepEqual(again, { ...row, id: "new", unsureSince: undefined });
  }),

  outboxCase(
    "a discarded row is gone, a kept one stays, and one that is not there is passed over",
    async (here, there) => {
      await here.add([sampleRow("1"), sampleRow("2")]);
      const rows = await take(here.store);
      await here.store.settle({ relay: "a", now: NOW, outcomes: rows.map((row) => outcomeOf(row, "dead")) });
      const numbers = [...rows.map(({ number }) => number), 4_711];
      const seen = await there.store.amend(numbers, ({ id }) => (id === "1" ? { kind: "discard" } : { kind: "keep" }));
      assert.deepEqual(ids(seen), ["1", "2"]);
      assert.deepEqual(ids(await here.store.list({ state: "dead", after: 0, limit: 10 })), ["2"]);
    },
  ),
];
