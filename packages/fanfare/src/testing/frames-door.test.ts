import type { CloseCode, Delivery, Hello } from "@fanfare/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import { HubCore } from "../core/hub-core.ts";
import type { HubCoreOptions } from "../core/options.ts";
import { memoryBus, memoryLog, memoryState } from "../memory.ts";
import type { ServerFrame } from "./frame-client.ts";
import { openFrames, type FramesDoor, type FramesOptions } from "./frames-door.ts";
import { seededRuntime, type SeededRuntime } from "./seeded-runtime.ts";

interface Visit {
  readonly door: FramesDoor;
  readonly frames: ServerFrame[];
  readonly closes: { readonly code: CloseCode; readonly message: string }[];
}

interface Place {
  readonly hub: HubCore;
  readonly runtime: SeededRuntime;
  visit(options?: FramesOptions): Visit;
  publish(count: number): Promise<void>;
}

function place(options: Partial<HubCoreOptions> = {}): Place {
  const runtime = seededRuntime(7);
  const hub = new HubCore({ log: memoryLog(), state: memoryState(), bus: memoryBus(), runtime, ...options });
  onTestFinished(() => hub.close());
  return {
    hub,
    runtime,
    visit: (asked) => {
      const frames: ServerFrame[] = [];
      const closes: Visit["closes"] = [];
      const listener = {
        receive: (frame: ServerFrame) => void frames.push(frame),
        closed: (code: CloseCode, message: string) => void closes.push({ code, message }),
      };
      return { door: openFrames(hub, listener, asked), frames, closes };
    },
    publish: async (count) => {
      for (let index = 0; index < count; index += 1) await hub.publish("a", { type: "t", data: index });
      await runtime.settle();
    },
  };
}

function subscribe(door: FramesDoor, id: string | number = 1): void {
  const params = { subscription: "s", topics: ["a"], after: "start" };
  door.send({ jsonrpc: "2.0", id, method: "subscribe", params });
}

function deliveries({ frames }: Visit): Delivery[] {
  return frames.flatMap((frame) => ("method" in frame && frame.method === "deliver" ? [frame.params] : []));
}

function positions(visit: Visit): number[] {
  return deliveries(visit).flatMap(({ events }) => events.map(({ position }) => Number(position)));
}

describe("a door of frames", () => {
  test("greets first, by the hub's own clock, and not before its caller has it", async () => {
    const { visit, runtime } = place();
    const visitor = visit();
    expect(visitor.frames).toEqual([]);
    await runtime.settle();
    const [greeting, ...rest] = visitor.frames;
    expect(rest).toEqual([]);
    expect(greeting).toMatchObject({ method: "hello" });
    const { time } = (greeting as { readonly params: Hello }).params;
    expect(time).toBe(new Date(runtime.now()).toISOString());
  });

  test("needs no time but that of the test's clock, also for what waited for another request", async () => {
    const { visit, runtime, publish } = place();
    const visitor = visit();
    for (let round = 0; round < 100; round += 1) {
      subscribe(visitor.door, `s${round}`);
      visitor.door.send({ jsonrpc: "2.0", id: `u${round}`, method: "unsubscribe", params: { subscription: "s" } });
    }
    subscribe(visitor.door);
    await publish(3);
    expect(visitor.frames.filter((frame) => "result" in frame)).toHaveLength(201);
    expect(positions(visitor)).toEqual([1, 2, 3]);
    visitor.door.send({ jsonrpc: "2.0", id: "p", method: "ping" });
    await runtime.advance(60_000);
    expect(deliveries(visitor).length).toBeGreaterThan(3);
  });

  test("shares nothing with the hub or another client", async () => {
    const { visit, runtime, hub } = place();
    const [one, other] = [visit(), visit()];
    for (const { door } of [one, other]) subscribe(door);
    await hub.publish("a", { type: "t", data: { list: [1] } });
    await runtime.settle();
    const [first, second] = [one, other].map((visitor) => deliveries(visitor).at(-1)?.events[0]);
    expect(first).toEqual(second);
    expect(first).not.toBe(second);
  });

  test("tells a client that pauses nothing but what was written, then the rest in order", async () => {
    const { visit, runtime, publish, hub } = place();
    const visitor = visit();
    subscribe(visitor.door);
    await publish(2);
    visitor.door.pause();
    await publish(50);
    expect(positions(visitor)).toEqual([1, 2]);
    expect((await hub.health()).stalled).toBe(1);
    visitor.door.resume();
    await runtime.settle();
    expect(positions(visitor)).toEqual(Array.from({ length: 52 }, (_, index) => index + 1));
    expect((await hub.health()).stalled).toBe(0);
  });

  test("is closed with 4408 when it takes nothing for too long, and the client learns so once it reads on", async () => {
    const { visit, runtime, publish, hub } = place({ stallTimeoutMs: 30_000 });
    const visitor = visit();
    subscribe(visitor.door);
    await publish(1);
    visitor.door.pause();
    await publish(2);
    await runtime.advance(60_000);
    expect(hub.connections()).toEqual([]);
    expect(visitor.closes).toEqual([]);
    visitor.door.resume();
    await runtime.settle();
    expect(visitor.closes).toEqual([expect.objectContaining({ code: 4408 })]);
    expect(positions(visitor)).toEqual([1, 2, 3]);
  });

  test("does nothing more for a client that pauses while answers wait that it does not read", async () => {
    const { visit, runtime, hub } = place();
    const visitor = visit();
    await runtime.settle();
    visitor.door.pause();
    const text = "x".repeat(250);
    const rounds = 3_000;
    for (let round = 0; round < rounds; round += 1)
      visitor.door.send({
        jsonrpc: "2.0",
        id: `${round} ${text}`.slice(0, 256),
        method: "signal",
        params: { topic: "" },
      });
    visitor.door.send({ jsonrpc: "2.0", method: "publish", params: { topic: "a", events: [{ type: "t" }] } });
    await runtime.settle();
    expect((await hub.health()).head).toBe(0);
    visitor.door.resume();
    await runtime.settle();
    expect(visitor.frames).toHaveLength(1 + rounds);
    expect((await hub.health()).head).toBe(1);
  });

  test("tells its end once, and nothing after it", async () => {
    const { visit, runtime, publish, hub } = place();
    const [leaver, drained] = [visit(), visit()];
    for (const { door } of [leaver, drained]) subscribe(door);
    await publish(1);
    leaver.door.pause();
    await publish(1);
    leaver.door.close();
    leaver.door.close();
    leaver.door.send({ jsonrpc: "2.0", id: 2, method: "ping" });
    const draining = hub.drain({ reason: "restart", spreadMs: 0 });
    await runtime.advance(60_000);
    await draining;
    for (const { door } of [leaver, drained]) door.resume();
    await runtime.settle();
    expect(leaver.closes).toEqual([{ code: 1000, message: "" }]);
    expect(positions(leaver)).toEqual([1]);
    expect(drained.closes).toEqual([{ code: 1001, message: "restart" }]);
    expect(drained.frames.at(-1)).toMatchObject({ method: "goaway", params: { reason: "restart" } });
    expect(() => visit()).toThrowError(expect.objectContaining({ code: "draining" }));
  });
});
