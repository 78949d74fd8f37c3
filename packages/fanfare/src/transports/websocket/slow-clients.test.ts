import { CLOSE_CODES, type Delivery } from "@fanfare/protocol";
import type { Socket } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { clientFrame, OPCODES, RawWebSocket } from "../../../testing/raw-websocket.ts";
import {
  startTransports,
  type TransportServer,
  type TransportServerOptions,
} from "../../../testing/transport-server.ts";
import { OPEN, type Identity } from "../../core/identity.ts";
import { HubSession } from "../../core/hub-session.ts";
import { eventually } from "../../testing/conformance/waiting.ts";
import { connectWs, type WsClient } from "../../testing/ws-client.ts";

const servers: TransportServer[] = [];

async function start(options: TransportServerOptions = {}): Promise<TransportServer> {
  const server = await startTransports(options);
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

const CHUNK = "x".repeat(32 * 1024);

/** Publishes until the hub says that somebody takes nothing more; answers how many events that took. */
async function publishUntilStalled(server: TransportServer): Promise<number> {
  let count = 0;
  await eventually("somebody is stalled", async () => {
    await server.hub.publish(
      "a.b",
      Array.from({ length: 8 }, () => ({ type: "t", data: CHUNK })),
    );
    count += 8;
    return (await server.hub.health()).stalled === 1;
  });
  return count;
}

function positions(deliveries: readonly Delivery[]): number[] {
  return deliveries.flatMap(({ events }) => events.map(({ position }) => Number(position)));
}

async function expectWhole(client: WsClient, count: number): Promise<void> {
  const got = await client.until(() => {
    const seen = positions(client.deliveries("s"));
    return seen.length >= count ? seen : undefined;
  });
  expect(got).toEqual(Array.from({ length: count }, (_, index) => index + 1));
}

describe("a client that reads slowly", { timeout: 30_000 }, () => {
  test.each([false, true])("is told nothing while it takes nothing, then everything (deflate %s)", async (deflate) => {
    const server = await start({ websocket: { perMessageDeflate: deflate } });
    const client = await connectWs(server.wsUrl(), { deflate, boundMs: 30_000 });
    expect(client.socket.extensions).toBe(deflate ? "permessage-deflate" : "");
    await client.request("subscribe", { subscription: "s", topics: ["a.>"] });
    client.socket.pause();
    if (deflate) {
      // What compresses well never fills a socket: here it is the order and completeness that count.
      for (let index = 0; index < 20; index += 1) await server.hub.publish("a.b", { type: "t", data: CHUNK });
      client.socket.resume();
      return expectWhole(client, 20);
    }
    const count = await publishUntilStalled(server);
    expect(server.sockets[0]?.writableLength).toBeLessThan(1024 * 1024);
    client.socket.resume();
    await expectWhole(client, count);
    expect((await server.hub.health()).stalled).toBe(0);
  });

  test("is closed with 4408 when it takes nothing for too long, and reads that when it reads again", async () => {
    const server = await start({ hub: { heartbeatMs: 150, stallTimeoutMs: 100 } });
    const client = await connectWs(server.wsUrl());
    await client.request("subscribe", { subscription: "s", topics: ["a.>"] });
    client.socket.pause();
    await publishUntilStalled(server);
    await eventually("the hub has given it up", async () => (await server.hub.health()).connections === 0);
    client.socket.resume();
    expect((await client.closed).code).toBe(CLOSE_CODES.stalled);
  });

  test("that never reads again is dropped after the time to answer the close", async () => {
    const server = await start({ hub: { heartbeatMs: 150, stallTimeoutMs: 100 }, websocket: { closeTimeoutMs: 50 } });
    const client = await connectWs(server.wsUrl());
    await client.request("subscribe", { subscription: "s", topics: ["a.>"] });
    client.socket.pause();
    await publishUntilStalled(server);
    await eventually("its socket is gone", () => server.sockets[0]?.destroyed === true);
    await eventually("and forgotten", () => server.websocket.size === 0);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    client.socket.terminate();
  });

  test("is not taken for dead by the idle timeout while it is stalled", async () => {
    const server = await start({ websocket: { pingMs: 100, idleMs: 1_500 } });
    const client = await connectWs(server.wsUrl());
    await client.request("subscribe", { subscription: "s", topics: ["a.>"] });
    client.socket.pause();
    const count = await publishUntilStalled(server);
    // Who comes now and answers no ping is closed later than the stalled one would be.
    const silent = new RawWebSocket(server.port);
    await eventually("the silent one is gone", () => silent.socket.closed);
    expect(server.websocket.size).toBe(1);
    client.socket.resume();
    await expectWhole(client, count);
  });
});

describe("a client that says nothing", { timeout: 30_000 }, () => {
  test("is pinged, and closed when it does not answer for the idle time", async () => {
    const server = await start({ websocket: { pingMs: 20, idleMs: 100 } });
    const dead = new RawWebSocket(server.port);
    const alive = await connectWs(server.wsUrl());
    await dead.waitFor(({ opcode }) => opcode === OPCODES.ping);
    await eventually("the dead one is gone", () => dead.socket.closed);
    expect(dead.frames.filter(({ opcode }) => opcode === OPCODES.ping).length).toBeGreaterThan(1);
    expect(await alive.request("ping", {})).toHaveProperty("time");
    expect(server.websocket.size).toBe(1);
  });
});

describe("a client that waits for us", { timeout: 30_000 }, () => {
  test("is not taken for dead while its requests are under way and it is not read from", async () => {
    const slow = Promise.withResolvers<Identity>();
    const server = await start({ websocket: { pingMs: 20, idleMs: 100, identify: () => slow.promise } });
    const client = await connectWs(server.wsUrl());
    const renewed = client.request("renew", { token: "t" });
    const pinged = client.request("ping", {});
    await eventually("it is not read from", () => (server.sockets[0] as Socket).isPaused());
    // Who comes now and answers no ping is given up later than the waiting one would be.
    const silent = new RawWebSocket(server.port);
    await eventually("the silent one is gone", () => silent.socket.closed);
    slow.resolve(OPEN);
    expect(await renewed).toEqual({});
    expect(await pinged).toHaveProperty("time");
  });
});

describe("a client that asks faster than it reads", { timeout: 30_000 }, () => {
  test("is not read from until it takes its answers, and then gets all of them", async () => {
    const server = await start();
    const ready = vi.spyOn(HubSession.prototype, "ready");
    const client = new RawWebSocket(server.port);
    await client.until(() => client.messages[0]);
    client.socket.pause();
    const count = 60_000;
    const idOf = (index: number): string => `${index}`.padEnd(250, ".");
    const pings = Array.from({ length: count }, (_, index) =>
      clientFrame(OPCODES.text, JSON.stringify({ jsonrpc: "2.0", id: idOf(index), method: "ping" })),
    );
    client.write(Buffer.concat(pings));
    const socket = server.sockets[0] as Socket;
    await eventually("answers wait", () => socket.writableLength > 200 * 1024);
    await eventually("the server reads no more", () => socket.isPaused());
    expect(socket.writableLength).toBeLessThan(300 * 1024);
    expect(client.socket.writableLength).toBeGreaterThan(0);
    client.socket.resume();
    await client.until(() => (client.messages.length === count + 1 ? true : undefined));
    expect(client.messages.slice(1).every(({ id }, index) => id === idOf(index))).toBe(true);
    // The hub was never told to wait, so it must not be told to go on.
    expect(ready).not.toHaveBeenCalled();
    ready.mockRestore();
    client.destroy();
  });

  test("has no more requests under way than allowed, and its publishes keep their order", async () => {
    const server = await start({ websocket: { pendingRequests: 3 } });
    const client = new RawWebSocket(server.port);
    const count = 200;
    const publishes = Array.from({ length: count }, (_, id) =>
      clientFrame(
        OPCODES.text,
        JSON.stringify({
          jsonrpc: "2.0",
          id,
          method: "publish",
          params: { topic: "a.b", events: [{ type: "t", data: id }] },
        }),
      ),
    );
    client.write(Buffer.concat(publishes));
    await client.until(() => (client.messages.length === count + 1 ? true : undefined));
    const page = await server.hub.read({ topics: ["a.b"], limit: 1_000 });
    expect(page.entries.map(({ json }) => (JSON.parse(json) as { data: number }).data)).toEqual(
      Array.from({ length: count }, (_, index) => index),
    );
    client.destroy();
  });
});

describe("compression", () => {
  test("is not offered unless it is switched on", async () => {
    const server = await start();
    const client = await connectWs(server.wsUrl(), { deflate: true });
    expect(client.socket.extensions).toBe("");
  });

  test("makes what goes over the wire smaller, and serves clients without it as before", async () => {
    const server = await start({ websocket: { perMessageDeflate: true } });
    const [packed, plain] = [await connectWs(server.wsUrl(), { deflate: true }), await connectWs(server.wsUrl())];
    for (const client of [packed, plain]) await client.request("subscribe", { subscription: "s", topics: ["a.>"] });
    await server.hub.publish("a.b", { type: "t", data: CHUNK });
    for (const client of [packed, plain]) await expectWhole(client, 1);
    const [first, second] = server.sockets as Socket[];
    expect(first?.bytesWritten).toBeLessThan(8 * 1024);
    expect(second?.bytesWritten).toBeGreaterThan(CHUNK.length);
  });
});
