import assert from "node:assert/strict";
import { KEY_RANGES } from "../../outbox/key-range.ts";
import { ask, ids, LEASE_MS, NOW, outboxCase, outcomeOf, sampleRow, take, type OutboxCase } from "./outbox-case.ts";
import { range } from "./log-reading.ts";

/** Who gets which rows. */
export const leasingCases: readonly OutboxCase[] = [
  outboxCase("what was added is leased whole, in its order, also after a restart", async (here, _there, handles) => {
    const data = JSON.stringify({ text: 'é\0\u{1f600} "quoted"\n' });
    await here.add([sampleRow("1", { data }), sampleRow("2", { topic: "orders.us", type: "order.sent" })]);
    await here.add([sampleRow("3", { key: "other", key_range: 9 })]);
    await handles.restart();
    const rows = await take(handles.other.store);
    assert.deepEqual(ids(rows), ["1", "2", "3"]);
    const [first, second, third] = rows;
    const { number, ...rest } = first ?? { number: 0 };
    assert.ok(number >= 1 && (second?.number ?? 0) > number && (third?.number ?? 0) > (second?.number ?? 0));
    assert.deepEqual(rest, {
      key: "orders.eu",
      topic: "orders.eu",
      id: "1",
      type: "order.paid",
      time: "2026-01-31T12:00:00.000Z",
      attributes: '{"customer":"c1"}',
      data,
      attempts: 0,
      unsureSince: undefined,
    });
    assert.equal(third?.key, "other");
  }),

  outboxCase("what was rolled back was never there", async (here, there) => {
    await here.add([sampleRow("1")], { undo: true });
    assert.equal(await there.store.due({ now: NOW }), false);
    assert.deepEqual(await take(there.store), []);
    await here.add([sampleRow("2")]);
    assert.equal(await there.store.due({ now: NOW }), true);
    assert.deepEqual(ids(await take(there.store)), ["2"]);
  }),

  outboxCase("no more rows are leased than asked for, the oldest first", async (here, there) => {
    await here.add(range(1, 7).map((index) => sampleRow(String(index), { key: `k${index % 3}` })));
    assert.deepEqual(ids(await take(there.store, { limit: 3 })), ["1", "2", "3"]);
    // Their keys are taken: what is behind them has to wait.
    assert.deepEqual(ids(await take(there.store, { limit: 3 })), []);
  }),

  outboxCase("a leased row is nobody's until its lease ends; then anybody may take it", async (here, there) => {
    await here.add([sampleRow("1")]);
    await take(here.store, { relay: "a" });
    const later = NOW + LEASE_MS;
    await there.store.resign("a");
    assert.deepEqual(await take(there.store, { relay: "b", now: later - 1 }), []);
    assert.equal(await there.store.due({ now: later - 1 }), false);
    const [row] = await take(there.store, { relay: "b", now: later });
    assert.equal(row?.id, "1");
    // The first lease may have ended in an append.
    assert.equal(row.unsureSince, NOW);
    const [again] = await take(here.store, { relay: "c", now: later + LEASE_MS });
    assert.equal(again?.unsureSince, NOW);
  }),

  outboxCase("the lease of a row that another relay took over settles nothing", async (here, there) => {
    await here.add([sampleRow("1")]);
    const [mine] = await take(here.store, { relay: "a" });
    const [theirs] = await take(there.store, { relay: "b", now: NOW + LEASE_MS });
    const now = NOW + LEASE_MS;
    assert.equal(await here.store.settle({ relay: "a", now, outcomes: [outcomeOf(mine, "dead")] }), 0);
    assert.equal(await there.store.settle({ relay: "b", now, outcomes: [outcomeOf(theirs, "sent")] }), 1);
    assert.equal(await there.store.settle({ relay: "b", now, outcomes: [outcomeOf(theirs, "dead")] }), 0);
    const { sent, dead } = await here.store.figures({ now });
    assert.deepEqual({ sent, dead }, { sent: 1, dead: 0 });
  }),

  outboxCase("a key with a row under lease or waiting gives no other row; other keys do", async (here, there) => {
    await here.add([sampleRow("1", { key: "a" }), sampleRow("2", { key: "b" })]);
    const [first, second] = await take(here.store);
    await here.add([sampleRow("3", { key: "a" }), sampleRow("4", { key: "b" }), sampleRow("5", { key: "c" })]);
    assert.deepEqual(ids(await take(there.store)), ["5"]);
    const outcomes = [outcomeOf(first, "failed", { nextAttemptAt: NOW + 500 }), outcomeOf(second, "sent")];
    await here.store.settle({ relay: "a", now: NOW, outcomes });
    assert.deepEqual(ids(await take(there.store)), ["4"]);
    assert.deepEqual(ids(await take(there.store, { now: NOW + 500 })), ["1", "3"]);
  }),

  outboxCase("of relays that lease at the same time each row has one", async (here, there) => {
    await here.add(range(1, 60).map((index) => sampleRow(String(index), { key: `k${index}`, key_range: index % 16 })));
    for (const relay of ["a", "b", "a", "b"]) await here.store.claim(ask({ relay }));
    const leased = await Promise.all(
      range(1, 12).map((index) =>
        (index % 2 ? here : there).store.lease(ask({ relay: index % 2 ? "a" : "b", limit: 7 })),
      ),
    );
    const all = ids(leased.flat());
    assert.equal(new Set(all).size, all.length);
    assert.equal(all.length, 60);
  }),
];

/** Who works where. */
export const sharingCases: readonly OutboxCase[] = [
  outboxCase("rows are leased in the relay's own ranges only, and while they are its own", async (here, there) => {
    await here.add([sampleRow("1")]);
    assert.deepEqual(await here.store.lease(ask({ relay: "a" })), []);
    assert.equal((await here.store.claim(ask({ relay: "a" }))).length, KEY_RANGES);
    assert.deepEqual(await there.store.lease(ask({ relay: "b" })), []);
    assert.deepEqual(await here.store.lease(ask({ relay: "a", now: NOW + LEASE_MS })), []);
    assert.deepEqual(ids(await here.store.lease(ask({ relay: "a", now: NOW + LEASE_MS - 1 }))), ["1"]);
  }),

  outboxCase("two relays come to equal shares without a range that is both's", async (here, there) => {
    await here.store.claim(ask({ relay: "a" }));
    assert.deepEqual(await there.store.claim(ask({ relay: "b" })), []);
    const first = await here.store.claim(ask({ relay: "a", now: NOW + 1 }));
    const second = await there.store.claim(ask({ relay: "b", now: NOW + 1 }));
    assert.equal(first.length, KEY_RANGES / 2);
    assert.deepEqual(
      [...first, ...second].toSorted((a, b) => a - b),
      range(0, KEY_RANGES - 1),
    );
  }),

  outboxCase("the ranges of a relay that resigned or is silent are another's", async (here, there) => {
    await here.store.claim(ask({ relay: "a" }));
    await here.store.resign("a");
    assert.equal((await there.store.claim(ask({ relay: "b" }))).length, KEY_RANGES);
    assert.deepEqual(await here.store.claim(ask({ relay: "c", now: NOW + LEASE_MS - 1 })), []);
    assert.equal((await here.store.claim(ask({ relay: "c", now: NOW + LEASE_MS }))).length, KEY_RANGES);
  }),

  outboxCase("a range is claimed by one of many that claim at the same time", async (here, there) => {
    const relays = range(1, 10).map(String);
    const claims = await Promise.all(
      relays.map((relay, index) => (index % 2 ? here : there).store.claim(ask({ relay }))),
    );
    const all = claims.flat();
    assert.equal(new Set(all).size, all.length);
    assert.ok(all.length > 0);
  }),
];
