import { describe, expect, test } from "vitest";
import type { Cursor } from "@fanfare/protocol";
import { beginningKey, lasting, selectionKey, type HookOptions } from "./wanted.ts";

const from: HookOptions = { topics: ["a"] };

describe("keys", () => {
  test("are equal for equal values and for whatever functions and storages", () => {
    const storage = { getItem: () => null, setItem: () => {} };
    const once: HookOptions = { topics: ["a"], filter: { exact: { x: 1 } }, storage, key: "k", onSignal: () => {} };
    const again: HookOptions = { ...once, filter: { exact: { x: 1 } }, storage: { ...storage }, onSignal: () => {} };
    expect(selectionKey(again)).toBe(selectionKey(once));
    expect(beginningKey(again)).toBe(beginningKey(once));
  });

  test.for<Partial<HookOptions>>([
    { topics: ["b"] },
    { filter: { exact: { x: 1 } } },
    { profile: "public" },
    { delivery: { policy: "latest", keep: 1 } },
  ])("another selection is the same beginning: %j", (change) => {
    const changed = { ...from, ...change };
    expect(selectionKey(changed)).not.toBe(selectionKey(from));
    expect(beginningKey(changed)).toBe(beginningKey(from));
  });

  const storage = { getItem: () => null, setItem: () => {} };
  const snapshot = async (): Promise<{ state: number; cursor: string }> => ({ state: 1, cursor: "k3x:1" });
  test.for<[string, HookOptions]>([
    ["after", { ...from, after: "start" }],
    ["scope", { ...from, scope: "s" }],
    ["consumer", { ...from, consumer: "c" }],
    ["bufferEvents", { ...from, bufferEvents: 1 }],
    ["key", { ...from, storage, key: "k" }],
    ["snapshot", { ...from, snapshot }],
  ])("another %s is the same selection with another beginning", ([, changed]) => {
    expect(selectionKey(changed)).toBe(selectionKey(from));
    expect(beginningKey(changed)).not.toBe(beginningKey(from));
  });

  test("another time limit of a snapshot is another beginning", () => {
    const slow: HookOptions = { ...from, snapshot, snapshotTimeoutMs: 1 };
    expect(beginningKey(slow)).not.toBe(beginningKey({ ...from, snapshot }));
  });
});

describe("options of a subscription that lasts", () => {
  const reached = { cursor: "k3x:7" as Cursor, scope: "9f2c61d0" };

  test("go on where the component was", () => {
    expect(lasting(() => ({ ...from, after: "start" }), reached)).toMatchObject({ after: "k3x:7", scope: "9f2c61d0" });
    expect(lasting(() => ({ ...from, after: "start" }), undefined)).toMatchObject({ after: "start" });
  });

  test("prefer that to what was kept for another visit, and go on keeping", async () => {
    const kept = new Map([["k", "old"]]);
    const storage = {
      getItem: (key: string) => kept.get(key),
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const first = lasting(() => ({ ...from, storage, key: "k" }), undefined);
    const later = lasting(() => ({ ...from, storage, key: "k" }), reached);
    if (!("storage" in first && "storage" in later)) throw new Error("the storage is gone");
    expect([await first.storage.getItem("k"), await later.storage.getItem("k")]).toEqual(["old", undefined]);
    await later.storage.setItem("k", "new");
    expect(kept.get("k")).toBe("new");
  });

  test("call the functions of the last render", async () => {
    const signals: string[] = [];
    let last: HookOptions = {
      ...from,
      onSignal: () => void signals.push("first"),
      snapshot: async () => ({ state: 1, cursor: "k3x:1" }),
    };
    const options = lasting(() => last, reached);
    last = {
      ...from,
      onSignal: () => void signals.push("last"),
      snapshot: async () => ({ state: 2, cursor: "k3x:2" }),
    };
    if (!("snapshot" in options)) throw new Error("the snapshot is gone");
    expect(await options.snapshot(new AbortController().signal)).toEqual({ state: 2, cursor: "k3x:2" });
    options.onSignal?.({} as Parameters<NonNullable<HookOptions["onSignal"]>>[0]);
    expect(signals).toEqual(["last"]);
  });
});
