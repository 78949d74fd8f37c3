import type { RequestFrame } from "@fanfare/protocol";
import { seededRuntime, type SeededRuntime } from "fanfare/testing";
import { beforeEach, describe, expect, test } from "vitest";
import type { Link, LinkEnd, ServerFrame, Transport } from "@fanfare/client";
import { Network } from "./testing.ts";

/** A hub that answers nothing: what it was sent, and what it says when told to. */
class FarSide {
  readonly took: number[] = [];
  readonly calls: string[] = [];
  say: (frame: ServerFrame) => void = () => {};
  end: (end: LinkEnd) => void = () => {};

  readonly transport: Transport = {
    name: "far",
    open: (_door, listener) => {
      this.say = (frame) => listener.received(frame);
      this.end = (end) => listener.closed(end);
      return {
        send: ({ id }) => void this.took.push(Number(id)),
        close: () => void this.calls.push("close"),
        pause: () => void this.calls.push("pause"),
        resume: () => void this.calls.push("resume"),
      };
    },
  };
}

const DOOR = { url: "http://hub.test/", profile: undefined, token: undefined };
const ping = (id: number): RequestFrame => ({ jsonrpc: "2.0", id, method: "ping", params: {} });
const pong = (id: number): ServerFrame => ({ jsonrpc: "2.0", id, result: { time: "" } });
const goaway: ServerFrame = { jsonrpc: "2.0", method: "goaway", params: { reconnectAfterMs: 0, reason: "" } };

let runtime: SeededRuntime;
let network: Network;
let far: FarSide;
let came: (number | string)[];
let ended: LinkEnd | undefined;

beforeEach(() => {
  runtime = seededRuntime(1);
  network = new Network(runtime);
  far = new FarSide();
  came = [];
  ended = undefined;
});

function open(): Link {
  return network.through(far.transport).open(DOOR, {
    received: (frame) => void came.push("method" in frame ? frame.method : Number(frame.id)),
    closed: (end) => void (ended = end),
  });
}

describe("a network", () => {
  test("lets everything pass at once and in order when nothing is wrong with it", () => {
    const link = open();
    for (const id of [1, 2, 3]) link.send(ping(id));
    far.say(pong(1));
    far.say(goaway);
    far.end({ code: 1001, reason: "bye" });
    expect([far.took, came, ended]).toEqual([[1, 2, 3], [1, "goaway"], { code: 1001, reason: "bye" }]);
    expect([network.tries, network.links]).toEqual([1, 0]);
  });

  test("loses the frames that are meant, so many of them, and counts", () => {
    const link = open();
    const lost = network.drop({ to: "hub", method: "ping", times: 2 });
    for (const id of [1, 2, 3]) link.send(ping(id));
    for (const id of [1, 2, 3]) far.say(pong(id));
    expect([far.took, came, lost.hits]).toEqual([[3], [1, 2, 3], 2]);
  });

  test("knows an answer by the method of its request, and a frame by what is in it", () => {
    const link = open();
    network.drop({ to: "client", method: "ping" });
    network.drop({ where: ({ frame }) => "id" in frame && frame.id === 2 });
    for (const id of [1, 2]) link.send(ping(id));
    for (const id of [1, 3]) far.say(pong(id));
    expect([far.took, came]).toEqual([[1], [3]]);
  });

  test("does nothing any more once a trouble is ended, or all are", () => {
    const link = open();
    {
      using lost = network.drop();
      link.send(ping(1));
      expect(lost.hits).toBe(1);
    }
    link.send(ping(2));
    network.duplicate();
    network.calm();
    link.send(ping(3));
    expect(far.took).toEqual([2, 3]);
  });

  test("delays frames without changing their order", async () => {
    const link = open();
    network.delay(50, { where: ({ frame }) => "id" in frame && frame.id === 1 });
    for (const id of [1, 2]) link.send(ping(id));
    await runtime.advance(49);
    expect(far.took).toEqual([]);
    await runtime.advance(1);
    expect(far.took).toEqual([1, 2]);
  });

  test("lets frames pass twice", () => {
    const link = open();
    network.duplicate({ times: 1 });
    for (const id of [1, 2]) link.send(ping(id));
    expect(far.took).toEqual([1, 1, 2]);
  });

  test("lets the next frame overtake, and waits 100 ms for one that does", async () => {
    const link = open();
    network.reorder({ times: 1 });
    for (const id of [1, 2, 3]) link.send(ping(id));
    expect(far.took).toEqual([2, 1, 3]);
    network.reorder({ times: 1 });
    link.send(ping(4));
    await runtime.advance(99);
    expect(far.took).toHaveLength(3);
    await runtime.advance(1);
    expect(far.took).toEqual([2, 1, 3, 4]);
  });

  test("cuts all links: what was on its way is lost on both sides, and later words of the link are not heard", async () => {
    const link = open();
    network.delay(10);
    link.send(ping(1));
    far.say(pong(1));
    network.cut({ code: 4408 });
    far.say(pong(2));
    link.send(ping(2));
    await runtime.advance(100);
    expect([far.took, came, ended, far.calls]).toEqual([[], [], { code: 4408, reason: "cut" }, ["close"]]);
  });

  test("brings what a client said before it left, and tells it nothing more", async () => {
    const link = open();
    network.delay(10);
    link.send(ping(1));
    link.close();
    far.say(pong(1));
    network.cut();
    expect([network.links, ended]).toEqual([0, undefined]);
    const other = open();
    other.send(ping(2));
    other.close();
    await runtime.advance(10);
    expect([far.took, came, far.calls]).toEqual([[2], [], ["close", "close"]]);
  });

  test("stalls: links stay, what is said waits, the far side is told to pause, and so are links that come later", () => {
    const link = open();
    network.stall("client");
    far.say(pong(1));
    link.send(ping(1));
    expect([far.took, came, far.calls]).toEqual([[1], [], ["pause"]]);
    network.stall();
    link.send(ping(2));
    const other = open();
    other.send(ping(3));
    expect([far.took, network.links, far.calls]).toEqual([[1], 2, ["pause", "pause", "pause"]]);
    network.resume();
    expect([far.took, came, far.calls.slice(3)]).toEqual([[1, 2, 3], [1], ["resume", "resume"]]);
  });

  test("a stalled side does not learn that its link has ended", () => {
    open();
    network.stall("client");
    far.end({ code: 1001, reason: "" });
    expect(ended).toBeUndefined();
    network.resume("client");
    expect(ended).toMatchObject({ code: 1001 });
  });

  test("lets nobody in, so many times or until that is over, with what an HTTP refusal would say", async () => {
    network.refuse({ status: 503, retryAfterMs: 2_000, times: 1 });
    open();
    expect(ended).toBeUndefined();
    await runtime.settle();
    expect(ended).toEqual({ code: 1006, reason: "not reached", status: 503, retryAfterMs: 2_000 });
    const refusal = network.refuse();
    open();
    refusal.end();
    open().send(ping(1));
    expect([network.tries, far.took]).toEqual([3, [1]]);
  });

  test("does everything at random, and the same for the same seed", async () => {
    const play = async (seed: number): Promise<readonly unknown[]> => {
      runtime = seededRuntime(seed);
      network = new Network(runtime);
      far = new FarSide();
      network.random({ drop: 0.1, duplicate: 0.1, reorder: 0.1, delayMs: 50, cut: 0.01 });
      const fates: unknown[] = [];
      network.watch(({ to, method }, fate) => void fates.push([to, method, fate]));
      const link = open();
      for (let id = 1; id <= 100; id += 1) link.send(ping(id));
      await runtime.advance(10_000);
      return [fates, far.took];
    };
    const first = await play(1);
    expect(await play(1)).toEqual(first);
    expect(await play(2)).not.toEqual(first);
    expect(JSON.stringify(first)).toMatch(/(?=.*dropped)(?=.*duplicated)(?=.*overtaken)(?=.*delayMs)(?=.*cut)/);
  });
});
