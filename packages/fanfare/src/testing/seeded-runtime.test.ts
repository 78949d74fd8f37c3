import { describe, expect, test } from "vitest";
import { seededRuntime } from "./seeded-runtime.ts";

describe("a seeded runtime", () => {
  test("gives the same ids and chance for the same seed, and others for another", () => {
    const draw = (seed: number): readonly unknown[] => {
      const runtime = seededRuntime(seed);
      return [runtime.uuid(), runtime.random(), runtime.uuid(), runtime.now(), runtime.hash("a")];
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1).slice(0, 3)).not.toEqual(draw(2).slice(0, 3));
  });

  test("makes UUIDs of version 7 that begin with the clock's time", async () => {
    const runtime = seededRuntime(1);
    const ids = [runtime.uuid()];
    await runtime.advance(1);
    ids.push(runtime.uuid());
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(ids[1]?.slice(0, 13).replace("-", "") ?? "", 16)).toBe(runtime.now());
  });

  test("hashes to 32 hexadecimal digits", () => {
    expect(seededRuntime(1).hash("a")).toMatch(/^[0-9a-f]{32}$/);
    expect(seededRuntime(1).hash("a")).not.toBe(seededRuntime(1).hash("b"));
  });

  test("runs tasks of soon in their order, and nothing before it is told", async () => {
    const runtime = seededRuntime(1);
    const done: string[] = [];
    runtime.soon(() => {
      done.push("first");
      runtime.soon(() => void done.push("third"));
    });
    runtime.soon(() => void done.push("second"));
    expect(done).toEqual([]);
    expect(runtime.waiting).toBe(2);
    await runtime.settle();
    expect(done).toEqual(["first", "second", "third"]);
  });

  test("runs timers when their time comes, with what they set free in between", async () => {
    const runtime = seededRuntime(1);
    const start = runtime.now();
    const done: string[] = [];
    const note = (name: string) => () => void done.push(`${name} ${runtime.now() - start}`);
    runtime.later(20, note("late"));
    runtime.later(10, () => runtime.soon(note("soon after early")));
    const cancelled = runtime.later(15, note("cancelled"));
    runtime.later(20, note("as late"));
    runtime.later(31, note("too late"));
    cancelled.cancel();
    await runtime.advance(30);
    expect(done).toEqual(["soon after early 10", "late 20", "as late 20"]);
    expect(runtime.now() - start).toBe(30);
    expect(runtime.nextTimer).toBe(start + 31);
  });

  test("does not sleep past a timer", () => {
    const runtime = seededRuntime(1);
    const start = runtime.now();
    runtime.later(10, () => undefined);
    runtime.sleep(4);
    expect(runtime.now() - start).toBe(4);
    runtime.sleep(100);
    expect(runtime.now() - start).toBe(10);
    runtime.runTimer();
    runtime.sleep(100);
    expect(runtime.now() - start).toBe(110);
  });
});
