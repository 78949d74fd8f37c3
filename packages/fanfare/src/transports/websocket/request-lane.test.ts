import { describe, expect, test } from "vitest";
import { eventually } from "../../testing/conformance/waiting.ts";
import { RequestLane, type LaneHost } from "./request-lane.ts";
import { parseMessage, type Incoming, type Request } from "./rpc.ts";

/** Runs requests as long as the test wants, and remembers what was started. */
class Host implements LaneHost<Buffer> {
  pendingRequests = 4;
  roomForAnswers = true;
  readonly started: string[] = [];
  readonly refused: unknown[] = [];
  readonly readings: boolean[] = [];
  readonly #finish = new Map<string, () => void>();

  parse(bytes: Buffer): Incoming {
    return parseMessage(bytes.toString(), { jsonDepth: 64 });
  }

  refuse(incoming: Exclude<Incoming, Request>): void {
    this.refused.push(incoming);
  }

  async run(request: Request): Promise<void> {
    const id = String(request.id);
    this.started.push(id);
    await new Promise<void>((resolve) => this.#finish.set(id, resolve));
  }

  reading(on: boolean): void {
    this.readings.push(on);
  }

  finish(id: string): void {
    this.#finish.get(id)?.();
  }
}

function message(id: string, method: string, params: object): Buffer {
  return Buffer.from(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
}

function subscribe(id: string, subscription: string): Buffer {
  return message(id, "subscribe", { subscription, topics: ["a"] });
}

function unsubscribe(id: string, subscription: string): Buffer {
  return message(id, "unsubscribe", { subscription });
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(() => setImmediate(resolve)));

describe("a lane of requests", () => {
  test("starts requests of different subscriptions at once, in the order they came", async () => {
    const host = new Host();
    const lane = new RequestLane(host);
    for (const name of ["a", "b", "c"]) lane.push(subscribe(name, name));
    await turn();
    expect(host.started).toEqual(["a", "b", "c"]);
  });

  test("keeps requests about one subscription in order, and what came after them too", async () => {
    const host = new Host();
    const lane = new RequestLane(host);
    lane.push(subscribe("1", "s"));
    lane.push(unsubscribe("2", "s"));
    lane.push(subscribe("3", "other"));
    await turn();
    expect(host.started).toEqual(["1"]);
    host.finish("1");
    await eventually("the rest starts", () => host.started.length === 3);
    expect(host.started).toEqual(["1", "2", "3"]);
  });

  test("lets renew wait for all that came before, and all that come after wait for it", async () => {
    const host = new Host();
    const lane = new RequestLane(host);
    lane.push(subscribe("1", "s"));
    lane.push(message("2", "renew", { token: "t" }));
    lane.push(message("3", "ping", {}));
    await turn();
    expect(host.started).toEqual(["1"]);
    host.finish("1");
    await eventually("renew starts", () => host.started.length === 2);
    await turn();
    expect(host.started).toEqual(["1", "2"]);
    host.finish("2");
    await eventually("ping starts", () => host.started.length === 3);
  });

  test("runs no more at once than allowed, and stops reading until there is room", async () => {
    const host = new Host();
    const lane = new RequestLane(host);
    for (let index = 0; index < 6; index += 1) lane.push(subscribe(`${index}`, `${index}`));
    await turn();
    expect(host.started).toHaveLength(4);
    expect(host.readings.at(-1)).toBe(false);
    host.finish("0");
    await eventually("one more starts", () => host.started.length === 5);
    expect(host.readings.at(-1)).toBe(false);
    host.finish("1");
    await eventually("the last starts", () => host.started.length === 6);
    expect(host.readings.at(-1)).toBe(true);
  });

  test("starts nothing while answers wait for the client, and goes on when it is woken", async () => {
    const host = new Host();
    const lane = new RequestLane(host);
    host.roomForAnswers = false;
    lane.push(Buffer.from("garbage"));
    await turn();
    expect(host.refused).toEqual([]);
    expect(host.readings.at(-1)).toBe(false);
    host.roomForAnswers = true;
    lane.wake();
    await eventually("the refusal is told", () => host.refused.length === 1);
    expect(host.readings.at(-1)).toBe(true);
  });

  test("gives way to others after a portion of a flood", async () => {
    const host = new Host();
    const lane = new RequestLane(host);
    for (let index = 0; index < 1_000; index += 1) lane.push(Buffer.from("garbage"));
    await new Promise((resolve) => setImmediate(resolve));
    const early = host.refused.length;
    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThan(200);
    await eventually("all are told", () => host.refused.length === 1_000);
  });

  test("does nothing more once it is closed", async () => {
    const host = new Host();
    const lane = new RequestLane(host);
    lane.push(subscribe("1", "s"));
    lane.push(unsubscribe("2", "s"));
    await turn();
    lane.close();
    host.finish("1");
    lane.push(subscribe("3", "x"));
    await turn();
    expect(host.started).toEqual(["1"]);
  });
});
