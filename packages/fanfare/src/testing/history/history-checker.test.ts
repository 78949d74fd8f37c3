import fc from "fast-check";
import { formatCursor, toEpoch, toPosition, type Delivery, type FanfareEvent, type Gap } from "@fanfare/protocol";
import { describe, expect, test } from "vitest";
import type { CommittedLog, SubscriptionHistory, ViolationKind } from "./history.ts";
import { checkHistory } from "./history-checker.ts";

const EPOCH = toEpoch("k3x");
const FILTER = { in: { lane: ["a", "b"] } };
const at = (position: number): Delivery["cursor"] => formatCursor(EPOCH, toPosition(position));

/** Lanes `a` and `b` are for the subscriber, `c` is not; `x` is the key of conflation. */
type Lane = "a" | "b" | "c";
type Row = { readonly lane: Lane; readonly topic: "one" | "two"; readonly x: string };

const event = ({ lane, topic, x }: Row, index: number): FanfareEvent => ({
  topic: topic as FanfareEvent["topic"],
  position: toPosition(index + 1),
  id: `id-${index + 1}`,
  type: "row.made",
  time: "2026-01-31T12:00:00.000Z",
  attributes: { lane, x },
  data: { row: index, text: "é\u2028" },
});

const isWanted = ({ topic, attributes }: FanfareEvent): boolean => topic === "one" && attributes["lane"] !== "c";
const shown = ({ position, ...rest }: FanfareEvent): FanfareEvent => ({ ...rest, position, data: "redacted" });

type Kept = { readonly events: readonly FanfareEvent[]; readonly gap?: Gap };

/** One subscriber's right history: intervals cut as given, each sent by the policy. */
function history(
  events: readonly FanfareEvent[],
  start: number,
  cuts: readonly number[],
  change: Partial<SubscriptionHistory>,
  keep: (from: number, to: number, wanted: readonly FanfareEvent[]) => Kept = (_from, _to, wanted) => ({
    events: wanted,
  }),
): SubscriptionHistory {
  const ends = [...new Set([...cuts, events.length])]
    .filter((end) => end > start)
    .toSorted((left, right) => left - right);
  let prev = start;
  const deliveries = ends.map((to): Delivery => {
    const from = prev;
    prev = to;
    const wanted = events.filter((one) => isWanted(one) && one.position > from && one.position <= to);
    return { subscription: "1", prev: at(from), cursor: at(to), ...keep(from, to, wanted) };
  });
  return {
    name: "mine",
    topics: ["one"],
    filter: FILTER,
    opened: { cursor: at(start), scope: "s", recovered: true },
    deliveries,
    completeThrough: events.length,
    ...change,
  };
}

const slow = (from: number, to: number, wanted: readonly FanfareEvent[]): Kept => {
  const kept = wanted.slice(-2);
  const dropped = wanted.slice(0, -2);
  const end = dropped.at(-1)?.position;
  if (end === undefined || to - from < 3) return { events: wanted };
  return { events: kept, gap: { reason: "slow", from: toPosition(from), to: end, dropped: dropped.length } };
};

const superseded = (from: number, to: number, wanted: readonly FanfareEvent[]): Kept => {
  const newest = new Map(wanted.map((one) => [one.attributes["x"], one]));
  const kept = wanted.filter((one) => newest.get(one.attributes["x"]) === one);
  const dropped = wanted.length - kept.length;
  if (dropped === 0) return { events: wanted };
  return { events: kept, gap: { reason: "superseded", from: toPosition(from), to: toPosition(to), dropped } };
};

const trimmedThrough =
  (through: number) =>
  (from: number, to: number, wanted: readonly FanfareEvent[]): Kept => {
    if (from >= through) return { events: wanted };
    const end = toPosition(Math.min(through, to));
    const gap: Gap = { reason: "trimmed", from: toPosition(from), to: end };
    return { events: wanted.filter((one) => one.position > through), gap };
  };

const row: fc.Arbitrary<Row> = fc.record({
  lane: fc.constantFrom<Lane>("a", "b", "c"),
  topic: fc.constantFrom("one", "two"),
  x: fc.constantFrom("1", "2", "3"),
});

type Kind = "complete" | "latest" | "conflate" | "trimmed" | "transform" | "scope" | "reset";

/** A log, and somebody who follows it rightly under any of the policies, from anywhere. */
const right: fc.Arbitrary<{ log: CommittedLog; subscription: SubscriptionHistory }> = fc
  .record({
    rows: fc.array(row, { minLength: 4, maxLength: 40 }),
    start: fc.nat(3),
    cuts: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }),
    kind: fc.constantFrom<Kind>("complete", "latest", "conflate", "trimmed", "transform", "scope", "reset"),
  })
  .map(({ rows, start, cuts, kind }) => {
    const events = rows.map(event);
    const log: CommittedLog = { epoch: EPOCH, events };
    const inside = cuts.filter((cut) => cut <= events.length);
    const of = (change: Partial<SubscriptionHistory>, keep?: Parameters<typeof history>[4]): SubscriptionHistory =>
      history(events, start, inside, change, keep);
    const told = (
      from: number,
      change: Partial<SubscriptionHistory>,
      first: Partial<Delivery>,
    ): SubscriptionHistory => {
      const rest = history(events, from, inside, change);
      const opening: Delivery = { subscription: "1", prev: at(from), events: [], cursor: at(from), ...first };
      return { ...rest, deliveries: [opening, ...rest.deliveries] };
    };
    switch (kind) {
      case "latest":
        return { log, subscription: of({ policy: { policy: "latest", keep: 2 } }, slow) };
      case "conflate":
        return { log, subscription: of({ policy: { policy: "conflate", key: "x" } }, superseded) };
      case "trimmed": {
        const last = events.findLast((one) => one.topic === "one" && one.position <= events.length / 2)?.position ?? 0;
        const recovered = last <= start;
        const subscription = of({ opened: { cursor: at(start), recovered } }, trimmedThrough(last));
        return { log: { ...log, trimmed: { one: last } }, subscription };
      }
      case "transform": {
        const subscription = of({ shows: shown }, (_from, _to, wanted) => ({ events: wanted.map(shown) }));
        return { log, subscription };
      }
      case "scope": {
        const gap: Gap = { reason: "scope", from: toPosition(0), to: toPosition(start) };
        const asked = { after: at(start), scope: "other", head: events.length };
        const opened = { cursor: at(start), scope: "s", recovered: false };
        return { log, subscription: told(start, { asked, opened }, { gap }) };
      }
      case "reset": {
        const foreign = "other:17" as Delivery["cursor"];
        const opened = { cursor: foreign, scope: "s", recovered: false };
        const asked = { after: foreign, scope: "s", head: events.length };
        return {
          log,
          subscription: told(0, { asked, opened }, { prev: foreign, gap: { reason: "reset", to: toPosition(0) } }),
        };
      }
      case "complete":
        return { log, subscription: of({}) };
    }
  });

type Deliveries = readonly Delivery[];
type Corruption = (deliveries: Deliveries, pick: (count: number) => number) => Deliveries | undefined;

const replace = (deliveries: Deliveries, index: number, change: Partial<Delivery>): Deliveries =>
  deliveries.map((delivery, other) => (other === index ? { ...delivery, ...change } : delivery));

/** Picks a delivery that the condition holds for, or `undefined`. */
const choose = (
  deliveries: Deliveries,
  pick: (count: number) => number,
  condition: (delivery: Delivery, index: number) => boolean,
): { index: number; delivery: Delivery } | undefined => {
  const found = [...deliveries.entries()].filter(([index, delivery]) => condition(delivery, index));
  const [index, delivery] = found[pick(found.length)] ?? [];
  return index === undefined || delivery === undefined ? undefined : { index, delivery };
};

const onDelivery =
  (
    condition: (delivery: Delivery, index: number) => boolean,
    change: (delivery: Delivery, pick: (count: number) => number) => Partial<Delivery>,
  ): Corruption =>
  (deliveries, pick) => {
    const found = choose(deliveries, pick, condition);
    return found && replace(deliveries, found.index, change(found.delivery, pick));
  };

const position = (cursor: string): number => Number(cursor.split(":")[1]);
const hasEvents = ({ events }: Delivery): boolean => events.length > 0;
const isCounted = ({ gap }: Delivery): boolean => gap?.dropped !== undefined;

/** Each turns a right history into a wrong one, and what must then be said, of which one is enough. */
const corruptions: Readonly<Record<string, { kinds: readonly ViolationKind[]; corrupt: Corruption }>> = {
  "a lost delivery": {
    kinds: ["chain"],
    corrupt: (deliveries, pick) => {
      const found = choose(deliveries.slice(0, -1), pick, ({ prev, cursor }) => prev !== cursor);
      return found && deliveries.filter((_, index) => index !== found.index);
    },
  },
  "a lost end": {
    kinds: ["missing"],
    corrupt: (deliveries) => {
      const last = deliveries.at(-1);
      return last !== undefined && hasEvents(last) && last.gap === undefined ? deliveries.slice(0, -1) : undefined;
    },
  },
  "a delivery that comes twice": {
    kinds: ["chain"],
    corrupt: (deliveries, pick) => {
      const found = choose(deliveries, pick, ({ prev, cursor }) => prev !== cursor);
      return found && deliveries.toSpliced(found.index, 0, found.delivery);
    },
  },
  "two deliveries in the wrong order": {
    kinds: ["chain"],
    corrupt: (deliveries, pick) => {
      const index = pick(deliveries.length - 1);
      const pair = deliveries.slice(index, index + 2);
      return pair.length === 2 ? deliveries.toSpliced(index, 2, ...pair.toReversed()) : undefined;
    },
  },
  "a lost event": {
    kinds: ["missing", "gap"],
    corrupt: onDelivery(hasEvents, ({ events }, pick) => ({ events: events.toSpliced(pick(events.length), 1) })),
  },
  "an event that comes twice": {
    kinds: ["duplicate"],
    corrupt: onDelivery(hasEvents, ({ events }, pick) => {
      const index = pick(events.length);
      return { events: events.toSpliced(index, 0, ...events.slice(index, index + 1)) };
    }),
  },
  "events in the wrong order": {
    kinds: ["order"],
    corrupt: onDelivery(
      ({ events }) => events.length > 1,
      ({ events }) => ({ events: events.toReversed() }),
    ),
  },
  "a prev that is too small": {
    kinds: ["chain"],
    corrupt: onDelivery(
      ({ prev }) => position(prev) > 0,
      ({ prev }) => ({ prev: at(position(prev) - 1) }),
    ),
  },
  "a prev that is too large": {
    kinds: ["chain"],
    corrupt: onDelivery(
      () => true,
      ({ prev }) => ({ prev: at(position(prev) + 1) }),
    ),
  },
  "a cursor that is too far": {
    kinds: ["missing", "chain", "beyond", "gap"],
    corrupt: onDelivery(
      () => true,
      ({ cursor }) => ({ cursor: at(position(cursor) + 1) }),
    ),
  },
  "a cursor of another epoch": {
    kinds: ["epoch"],
    corrupt: onDelivery(
      () => true,
      ({ cursor }) => ({ cursor: cursor.replace(EPOCH, "other") as Delivery["cursor"] }),
    ),
  },
  "a cursor that is none": {
    kinds: ["epoch"],
    corrupt: onDelivery(
      () => true,
      () => ({ cursor: "120" as Delivery["cursor"] }),
    ),
  },
  "a changed attribute": {
    kinds: ["altered"],
    corrupt: onDelivery(hasEvents, ({ events }, pick) => {
      const index = pick(events.length);
      return {
        events: events.map((one, other) =>
          other === index ? { ...one, attributes: { ...one.attributes, extra: true } } : one,
        ),
      };
    }),
  },
  "data with one letter more": {
    kinds: ["altered"],
    corrupt: onDelivery(hasEvents, ({ events: [first, ...rest] }) => ({
      events: first === undefined ? rest : [{ ...first, data: `${JSON.stringify(first.data)}!` }, ...rest],
    })),
  },
  "a wrong count": {
    kinds: ["gap"],
    corrupt: onDelivery(isCounted, ({ gap }, pick) => ({
      gap: { ...(gap as Gap), dropped: (gap?.dropped ?? 0) + (pick(2) === 0 ? 1 : -1) },
    })),
  },
  "a gap that drops one of the newest": {
    kinds: ["gap"],
    corrupt: (deliveries) => {
      const last = deliveries.at(-1);
      const [first, ...rest] = last?.events ?? [];
      if (last?.gap?.reason !== "slow" || first === undefined) return undefined;
      const gap: Gap = { ...last.gap, to: first.position, dropped: (last.gap.dropped ?? 0) + 1 };
      return deliveries.with(deliveries.length - 1, { ...last, gap, events: rest });
    },
  },
  "a count that is left out": {
    kinds: ["gap"],
    corrupt: onDelivery(isCounted, ({ gap }) => ({
      gap: { reason: "slow", from: toPosition(0), to: toPosition(gap?.to ?? 0) },
    })),
  },
  "a gap that is not told": {
    kinds: ["missing", "opening"],
    corrupt: onDelivery(
      ({ gap }) => gap !== undefined && gap.reason !== "trimmed",
      ({ gap: _gap, ...rest }) => ({ ...rest, gap: undefined }) as unknown as Partial<Delivery>,
    ),
  },
  "a gap that reaches too far": {
    kinds: ["gap"],
    corrupt: onDelivery(
      ({ gap }) => gap !== undefined,
      ({ gap, cursor }) => ({ gap: { ...(gap as Gap), to: toPosition(position(cursor) + 1) } }),
    ),
  },
  "a gap that begins too early": {
    kinds: ["gap"],
    corrupt: onDelivery(
      ({ gap }) => gap?.from !== undefined && gap.from > 0,
      ({ gap }) => ({ gap: { ...(gap as Gap), from: toPosition((gap?.from ?? 0) - 1) } }),
    ),
  },
  "a gap of another policy": {
    kinds: ["gap"],
    corrupt: onDelivery(
      ({ gap }) => gap?.reason === "slow" || gap?.reason === "superseded",
      ({ gap }) => ({ gap: { ...(gap as Gap), reason: gap?.reason === "slow" ? "superseded" : "slow" } }),
    ),
  },
  "a gap for nothing": {
    kinds: ["gap"],
    corrupt: (deliveries) => {
      // Retention never reaches the second half of a right log.
      const last = deliveries.at(-1);
      if (last === undefined || last.gap !== undefined) return undefined;
      const [from, to] = [toPosition(position(last.prev)), toPosition(position(last.cursor))];
      return deliveries.with(deliveries.length - 1, { ...last, events: [], gap: { reason: "trimmed", from, to } });
    },
  },
};

const check = (log: CommittedLog, subscription: SubscriptionHistory): ReturnType<typeof checkHistory> =>
  checkHistory({ log, subscriptions: [subscription] });

describe("checkHistory", () => {
  test("finds nothing in a right history, whatever the policy, the cuts and the beginning", () => {
    fc.assert(
      fc.property(right, ({ log, subscription }) => {
        expect(check(log, subscription)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test.each(Object.entries(corruptions))("finds %s", (_name, { kinds, corrupt }) => {
    let found = 0;
    fc.assert(
      fc.property(right, fc.nat(), ({ log, subscription }, seed) => {
        const pick = (count: number): number => (count <= 0 ? 0 : seed % count);
        const deliveries = corrupt(subscription.deliveries, pick);
        fc.pre(deliveries !== undefined);
        const violations = check(log, { ...subscription, deliveries: deliveries ?? [] });
        expect(violations.filter(({ kind }) => kinds.includes(kind))).not.toEqual([]);
        found += 1;
      }),
      { numRuns: 60, maxSkipsPerRun: 1_000 },
    );
    expect(found).toBe(60);
  });

  test("finds an event that the subscription must not see", () => {
    fc.assert(
      fc.property(right, fc.nat(), ({ log, subscription }, seed) => {
        const hidden = log.events.filter((one) => !isWanted(one));
        const foreign = hidden[seed % Math.max(1, hidden.length)];
        const index = subscription.deliveries.findIndex(
          ({ prev, cursor }) =>
            foreign !== undefined && position(prev) < foreign.position && foreign.position <= position(cursor),
        );
        if (foreign === undefined || index < 0) return fc.pre(false);
        const events = [...(subscription.deliveries[index]?.events ?? []), foreign];
        const deliveries = replace(subscription.deliveries, index, {
          events: events.toSorted((left, right_) => left.position - right_.position),
        });
        expect(check(log, { ...subscription, deliveries }).map(({ kind }) => kind)).toContain("foreign");
      }),
      { maxSkipsPerRun: 1_000 },
    );
  });

  test("sees what the transform must have taken away", () => {
    const events = [event({ lane: "a", topic: "one", x: "1" }, 0)];
    const subscription = history(events, 0, [], { shows: shown });
    const kinds = check({ epoch: EPOCH, events }, subscription).map(({ kind }) => kind);
    expect(kinds).toEqual(["altered"]);
  });

  test("applies the filter to what the transform shows, and access to what was committed", () => {
    const events = [event({ lane: "a", topic: "one", x: "1" }, 0), event({ lane: "b", topic: "one", x: "1" }, 1)];
    const hideLane = (one: FanfareEvent): FanfareEvent => ({ ...one, attributes: {} });
    const subscription = history(events, 0, [], {
      filter: { not: { exact: { lane: "b" } } },
      allows: ({ attributes }) => attributes["lane"] === "b",
      shows: hideLane,
    });
    const deliveries = replace(subscription.deliveries, 0, { events: events.slice(1).map(hideLane) });
    expect(check({ epoch: EPOCH, events }, { ...subscription, deliveries })).toEqual([]);
  });

  test("names subscription, delivery and positions", () => {
    const events = [event({ lane: "a", topic: "one", x: "1" }, 0), event({ lane: "b", topic: "one", x: "1" }, 1)];
    const subscription = history(events, 0, [1], {});
    const deliveries = replace(subscription.deliveries, 1, { events: [] });
    expect(check({ epoch: EPOCH, events }, { ...subscription, deliveries })).toEqual([
      { kind: "missing", subscription: "mine", delivery: 1, message: "mine, delivery 1: (1, 2] lacks 2" },
    ]);
  });

  test("takes a heartbeat for a proof like any other", () => {
    const events = [event({ lane: "c", topic: "one", x: "1" }, 0), event({ lane: "a", topic: "one", x: "1" }, 1)];
    const beats: Deliveries = [
      { subscription: "1", prev: at(0), events: [], cursor: at(1) },
      { subscription: "1", prev: at(1), events: [], cursor: at(2) },
    ];
    const subscription = history(events, 0, [], { deliveries: beats });
    expect(check({ epoch: EPOCH, events }, subscription)).toMatchObject([{ kind: "missing", delivery: 1 }]);
  });

  test("refuses a log in which a position or an id comes twice", () => {
    const one = event({ lane: "a", topic: "one", x: "1" }, 0);
    expect(checkHistory({ log: { epoch: EPOCH, events: [one, one] }, subscriptions: [] })).toHaveLength(2);
  });

  test.each([
    ["start", { after: "start" }, { cursor: at(1) }, undefined],
    ["a cursor", { after: at(1) }, { cursor: at(2) }, undefined],
    ["a cursor beyond the log", {}, { cursor: at(9) }, undefined],
    ["another log's cursor without a reset", { after: "other:1" }, { cursor: "other:1", recovered: false }, undefined],
    ["a known cursor that is reset", { after: at(1), head: 2 }, { cursor: at(1) }, { reason: "reset", to: 0 }],
    ["another scope without a gap", { after: at(1), scope: "x" }, { cursor: at(1), scope: "y" }, undefined],
    [
      "the same scope with a gap",
      { after: at(1), scope: "x" },
      { cursor: at(1), scope: "x" },
      { reason: "scope", from: 0, to: 1 },
    ],
    ["a loss that is announced and not told", {}, { cursor: at(0), recovered: false }, undefined],
    [
      "a loss that is told and not announced",
      {},
      { cursor: at(0), recovered: true },
      { reason: "scope", from: 0, to: 0 },
    ],
  ])("finds an answer that does not fit: %s", (_name, asked, opened, gap) => {
    const events = [event({ lane: "a", topic: "two", x: "1" }, 0), event({ lane: "a", topic: "two", x: "1" }, 1)];
    const first = {
      subscription: "1",
      prev: opened.cursor,
      events: [],
      cursor: gap?.reason === "reset" ? at(0) : opened.cursor,
      gap,
    };
    const subscription = history(events, 0, [], { asked, opened, deliveries: [first as unknown as Delivery] });
    const kinds = check({ epoch: EPOCH, events }, subscription).map(({ kind }) => kind);
    expect(kinds).toContain("opening");
  });
});
