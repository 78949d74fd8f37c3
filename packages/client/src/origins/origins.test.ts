import { testHub, type TestHub } from "@fanfare/client/testing";
import { describe, expect, test } from "vitest";
import { noteIn } from "../../testing/told.ts";
import type { CursorStorage } from "../index.ts";

const publish = async (hub: TestHub, topic: string, count = 1): Promise<void> => {
  for (let n = 0; n < count; n += 1) await hub.hub.publish(topic, { type: "test", attributes: { lane: `${n}` } });
};
const later = (hub: TestHub, ms: number): Promise<void> =>
  new Promise((resolve) => void hub.runtime.later(ms, resolve));

describe("a subscription with a storage", () => {
  const kinds = (hub: TestHub): readonly (readonly [string, Map<string, string>, CursorStorage])[] => {
    const kept = new Map<string, string>();
    const sync: CursorStorage = {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
    };
    const slow: CursorStorage = {
      getItem: (key) => later(hub, 50).then(() => kept.get(key)),
      setItem: (key, value) => later(hub, 50).then(() => void kept.set(key, value)),
    };
    return [
      ["at once", kept, sync],
      ["later", kept, slow],
    ];
  };

  test.each([0, 1])(
    "goes on where the application was, whether the storage answers at once or later (%i)",
    async (index) => {
      await using hub = testHub();
      const [, , storage] = kinds(hub)[index] ?? [];
      if (storage === undefined) throw new Error("no such storage");
      const options = { topics: ["a"], after: "start", storage, key: "orders" } as const;
      const first: unknown[] = [];
      const before = hub.client();
      before.subscribe(options, noteIn(first));
      await publish(hub, "a", 2);
      await hub.until(() => first.length === 2);
      await hub.advance(200);
      before.close();
      await publish(hub, "a");
      const second: unknown[] = [];
      hub.client().subscribe(options, noteIn(second));
      await hub.until(() => second.length > 0);
      expect([first, second]).toEqual([[1, 2], [3]]);
    },
  );

  test("keeps nothing that the application has not dealt with", async () => {
    await using hub = testHub();
    const kept = new Map<string, string>();
    const storage: CursorStorage = {
      getItem: (key) => kept.get(key),
      setItem: (key, value) => void kept.set(key, value),
    };
    const options = { topics: ["a"], after: "start", storage, key: "orders" } as const;
    const client = hub.client();
    await publish(hub, "a");
    let taken = 0;
    client.subscribe(options, () => {
      taken += 1;
      return new Promise(() => {});
    });
    await hub.until(() => taken === 1);
    await hub.advance(60_000);
    client.close();
    const told: unknown[] = [];
    hub.client().subscribe(options, noteIn(told));
    await hub.until(() => told.length > 0);
    expect(told).toEqual([1]);
  });

  test("reports a storage that fails, goes on, and begins anew with what is no place", async () => {
    await using hub = testHub();
    const errors: unknown[] = [];
    const failure = new Error("the storage is full");
    const storage: CursorStorage = {
      getItem: () => "{no place",
      setItem: () => {
        throw failure;
      },
    };
    const told: unknown[] = [];
    const client = hub.client({ onError: (error) => void errors.push(error) });
    client.subscribe({ topics: ["a"], after: "start", storage, key: "orders" }, noteIn(told));
    await publish(hub, "a", 2);
    await hub.until(() => told.length === 2);
    expect(told).toEqual([1, 2]);
    expect(new Set(errors.map(String))).toEqual(
      new Set(['TypeError: storage: what is kept under "orders" is no place to go on at', String(failure)]),
    );
  });

  test("waits and tries again when the storage cannot be read", async () => {
    await using hub = testHub();
    let reads = 0;
    const storage: CursorStorage = {
      getItem: async () => {
        reads += 1;
        if (reads < 3) throw new Error("the storage is locked");
        return undefined;
      },
      setItem: () => {},
    };
    const subscription = hub.client({ onError: () => {} }).subscribe({ topics: ["a"], storage, key: "orders" });
    await hub.until(() => subscription.status.value.state === "live");
    expect(reads).toBe(3);
  });

  test("keeps the newest place when the storage is slower than the events", async () => {
    await using hub = testHub();
    const written: string[] = [];
    const storage: CursorStorage = {
      getItem: () => undefined,
      setItem: (_key, value) => later(hub, 1_000).then(() => void written.push(value)),
    };
    hub.client().subscribe({ topics: ["a"], after: "start", storage, key: "orders" }, () => {});
    await hub.settle();
    for (let n = 0; n < 20; n += 1) {
      await publish(hub, "a");
      await hub.advance(100);
    }
    await hub.advance(2_000);
    expect(JSON.parse(written.at(-1) ?? "{}")).toMatchObject({ cursor: hub.cursor });
    expect(written.length).toBeLessThan(8);
  });
});

describe("a subscription with a snapshot", () => {
  /** Loads what an application's own database would say: how many events there are. */
  const states = (hub: TestHub): (() => Promise<{ state: string; cursor: string }>) => {
    let loads = 0;
    return async () => ({ state: `state ${(loads += 1)}`, cursor: hub.cursor });
  };

  test("begins with the state and goes on with what came since", async () => {
    await using hub = testHub();
    await publish(hub, "a", 2);
    const told: unknown[] = [];
    hub.client().subscribe({ topics: ["a"], snapshot: states(hub) }, noteIn(told));
    await hub.until(() => told.length === 1);
    await publish(hub, "a");
    await hub.settle();
    expect(told).toEqual(["state 1", 3]);
  });

  test.each([
    [
      "trimmed",
      async (hub: TestHub) => {
        await publish(hub, "a", 3);
        await hub.trim("a", 1);
      },
    ],
    ["reset", (hub: TestHub) => hub.restart({ wipe: true })],
    ["slow", (hub: TestHub) => publish(hub, "a", 3)],
  ] as const)("loads the state again after a gap %s, and tells no event between", async (reason, happen) => {
    await using hub = testHub({ tailBytes: 1 });
    const told: unknown[] = [];
    const delivery = reason === "slow" ? ({ policy: "latest", keep: 1 } as const) : undefined;
    await publish(hub, "a");
    const options = { topics: ["a"], delivery, snapshot: states(hub) };
    const subscription = hub.client().subscribe(options, noteIn(told));
    await hub.until(() => subscription.status.value.state === "live");
    hub.network.cut();
    await happen(hub);
    await hub.until(() => told.length === 3);
    await publish(hub, "a");
    await hub.until(() => told.length === 4);
    expect(told.slice(0, 3)).toEqual(["state 1", reason, "state 2"]);
    expect(told[3]).toBe(Number(hub.cursor.split(":")[1]));
  });

  test("goes on with the events of a gap that newer ones make up for", async () => {
    await using hub = testHub();
    const told: unknown[] = [];
    const delivery = { policy: "conflate", key: "kind" } as const;
    const subscription = hub.client().subscribe({ topics: ["a"], delivery, snapshot: states(hub) }, noteIn(told));
    await hub.until(() => subscription.status.value.state === "live");
    hub.network.cut();
    for (let n = 0; n < 3; n += 1) await hub.hub.publish("a", { type: "test", attributes: { kind: "k" } });
    await hub.until(() => told.length === 3);
    expect(told).toEqual(["state 1", "superseded", 3]);
  });

  test("reports a load that fails or takes too long, and tries again", async () => {
    await using hub = testHub();
    const errors: unknown[] = [];
    const aborted: unknown[] = [];
    let loads = 0;
    const snapshot = async (signal: AbortSignal): Promise<{ state: string; cursor: string }> => {
      loads += 1;
      if (loads === 1) throw new Error("the database is down");
      if (loads === 2)
        return new Promise(() => signal.addEventListener("abort", () => void aborted.push(signal.reason)));
      return { state: "state", cursor: hub.cursor };
    };
    const told: unknown[] = [];
    const client = hub.client({ onError: (error) => void errors.push(error) });
    client.subscribe({ topics: ["a"], snapshot, snapshotTimeoutMs: 5_000 }, noteIn(told));
    await hub.until(() => told.length === 1);
    expect(errors).toMatchObject([
      { message: "the database is down" },
      { message: expect.stringContaining("snapshotTimeoutMs, 5000 ms") },
    ]);
    expect(aborted).toEqual([errors[1]]);
  });

  test("reports a state without its cursor, with which events would be missing, and tries again", async () => {
    await using hub = testHub();
    const errors: unknown[] = [];
    const told: unknown[] = [];
    const snapshot = async (): Promise<{ state: string; cursor: string }> =>
      errors.length === 0 ? JSON.parse('{"state":"state"}') : { state: "state", cursor: hub.cursor };
    hub.client({ onError: (error) => void errors.push(error) }).subscribe({ topics: ["a"], snapshot }, noteIn(told));
    await hub.until(() => told.length === 1);
    expect(errors).toMatchObject([{ message: expect.stringContaining("snapshot: ") }]);
  });
});

describe("a subscription with a consumer", () => {
  const options = { topics: ["a"], after: undefined, consumer: "billing" } as const;

  test("goes on where the application was, wherever it runs next, and no further than it has dealt with", async () => {
    await using hub = testHub();
    const told: unknown[] = [];
    const client = hub.client();
    let stuck = false;
    const subscription = client.subscribe(options, (update) => {
      if (update.kind === "events") stuck = update.events.some(({ position }) => position === 3);
      noteIn(told)(update);
      return stuck ? new Promise(() => {}) : undefined;
    });
    await hub.until(() => subscription.status.value.state === "live");
    for (let n = 0; n < 3; n += 1) {
      await publish(hub, "a");
      await hub.settle();
    }
    await hub.until(() => stuck);
    client.close();
    const again: unknown[] = [];
    hub.client().subscribe(options, noteIn(again));
    await hub.until(() => again.length > 0);
    expect([told, again]).toEqual([[1, 2, 3], [3]]);
  });

  test("ends when another one takes it over, and does not take it back", async () => {
    await using hub = testHub();
    const first = hub.client().subscribe(options);
    await hub.until(() => first.status.value.state === "live");
    const second = hub.client().subscribe(options);
    expect(await hub.outcome(first.done)).toMatchObject({ code: "consumer_taken" });
    await hub.advance(600_000);
    expect([first.status.value.state, second.status.value.state]).toEqual(["ended", "live"]);
  });
});
