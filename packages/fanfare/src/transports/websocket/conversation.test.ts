import { CLOSE_CODES, DEFAULT_LIMITS, type Delivery, type Pattern, type ResultFrame } from "@fanfare/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { connectDoor } from "../../../testing/door-client.ts";
import {
  startTransports,
  type TransportServer,
  type TransportServerOptions,
} from "../../../testing/transport-server.ts";
import type { Identity } from "../../core/identity.ts";
import { eventually } from "../../testing/conformance/waiting.ts";
import type { FrameClient } from "../../testing/frame-client.ts";
import { connectWs } from "../../testing/ws-client.ts";

const servers: TransportServer[] = [];

async function start(options: TransportServerOptions = {}): Promise<TransportServer> {
  const server = await startTransports(options);
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

function user(sub: string, grants: Identity["grants"], more: Partial<Identity> = {}): Identity {
  return { sub, kind: "user", grants, profiles: "all", ...more };
}

function subscriber(...topics: string[]): Identity["grants"] {
  return [{ do: ["subscribe", "publish", "signal"], topics: topics as Pattern[] }];
}

function byText(left: string, right: string): number {
  return left < right ? -1 : 1;
}

function positions(deliveries: readonly Delivery[]): number[] {
  return deliveries.flatMap(({ events }) => events.map(({ position }) => Number(position)));
}

async function publish(server: TransportServer, count: number, data: unknown = null): Promise<void> {
  for (let index = 0; index < count; index += 1) await server.hub.publish("a.b", { type: "t", data });
}

async function untilPositions(client: FrameClient, subscription: string, count: number): Promise<number[]> {
  return client.until(() => {
    const got = positions(client.deliveries(subscription));
    return got.length >= count ? got : undefined;
  });
}

interface Came {
  /** Name of an identity. */
  readonly as?: string;
}

type Come = (server: TransportServer, came?: Came) => Promise<FrameClient>;

const overSocket: Come = (server, came = {}) => connectWs(server.wsUrl({ ...came }));
const inProcess: Come = (server, { as } = {}) =>
  connectDoor(server.hub, {
    identity: server.identityOf(as),
    identify: async ({ token }) => server.identityOf(token),
  });

/** What a client sees is the same, whatever carries the frames. */
const DOORS = [
  ["over a socket", overSocket],
  ["in process", inProcess],
] as const;

describe.each(DOORS)("a connection %s", (_carried, come) => {
  test("is greeted with hello as the first frame", async () => {
    const server = await start({ hub: { heartbeatMs: 7_000, limits: { jsonDepth: 32 } } });
    const client = await come(server);
    expect(client.frames[0]).toMatchObject({
      jsonrpc: "2.0",
      method: "hello",
      params: {
        protocol: "fanfare.v1",
        heartbeat: 7_000,
        profile: "default",
        limits: { ...DEFAULT_LIMITS, jsonDepth: 32 },
      },
    });
    expect((await client.notified("hello")).expires).toBeUndefined();
  });

  test("answers subscribe before its first deliver, then brings what was there and what comes, in order", async () => {
    const server = await start();
    await publish(server, 3);
    const client = await come(server);
    const result = await client.request("subscribe", { subscription: "s", topics: ["a.>"], after: "start" });
    expect(result).toMatchObject({ subscription: "s", recovered: true });
    expect(result.head).toMatch(/^[a-z0-9]+:3$/);
    await publish(server, 3);
    expect(await untilPositions(client, "s", 6)).toEqual([1, 2, 3, 4, 5, 6]);
    const names = client.frames.map((frame) => ("method" in frame ? frame.method : "answer"));
    expect(names.slice(0, 3)).toEqual(["hello", "answer", "deliver"]);
    let cursor: string = result.cursor;
    for (const delivery of client.deliveries("s")) {
      expect(delivery.prev).toBe(cursor);
      cursor = delivery.cursor;
    }
  });

  test("publishes, signals without an echo, unsubscribes and pings", async () => {
    const server = await start();
    const [one, other] = [await come(server), await come(server)];
    await one.request("subscribe", { subscription: "s", topics: ["a.>"] });
    await other.request("subscribe", { subscription: "s", topics: ["a.>"] });
    const published = await one.request("publish", { topic: "a.b", events: [{ type: "t", data: { n: 1 } }] });
    expect(published.events).toMatchObject([{ position: 1, duplicate: false }]);
    expect(await untilPositions(one, "s", 1)).toEqual([1]);

    expect(await one.request("signal", { topic: "a.b", type: "typing", data: "x" })).toEqual({});
    expect(await other.notified("signal")).toMatchObject({
      subscription: "s",
      topic: "a.b",
      type: "typing",
      data: "x",
    });
    expect(await one.request("unsubscribe", { subscription: "s" })).toEqual({
      subscription: "s",
      cursor: published.cursor,
    });
    expect(Date.parse((await one.request("ping", {})).time)).not.toBeNaN();
    expect(one.frames.some((frame) => "method" in frame && frame.method === "signal")).toBe(false);
    await expect(one.request("unsubscribe", { subscription: "s" })).rejects.toMatchObject({
      error: { code: -32_000, data: { code: "subscription_unknown", status: 404 } },
    });
  });

  test("moves a durable consumer by ack, and never beyond what was delivered", async () => {
    const server = await start();
    const client = await come(server);
    await client.request("subscribe", { subscription: "s", topics: ["a.>"], consumer: "worker" });
    await publish(server, 2);
    await untilPositions(client, "s", 2);
    const { cursor = "" } = client.deliveries("s").at(-1) ?? {};
    expect(await client.request("ack", { subscription: "s", cursor })).toEqual({ cursor });
    const beyond = cursor.replace(/\d+$/, "99");
    await expect(client.request("ack", { subscription: "s", cursor: beyond })).rejects.toMatchObject({
      error: { code: -32_602, data: { code: "invalid_ack" } },
    });
  });

  test("executes a notification without an answer", async () => {
    const server = await start();
    const client = await come(server);
    client.send({
      jsonrpc: "2.0",
      method: "subscribe",
      params: { subscription: "s", topics: ["a.>"], after: "start" },
    });
    client.send({ jsonrpc: "2.0", method: "publish", params: { topic: "a.b", events: [{ type: "t" }] } });
    client.send({ jsonrpc: "2.0", method: "unsubscribe", params: { subscription: "unknown" } });
    expect(await untilPositions(client, "s", 1)).toEqual([1]);
    await client.request("ping", {});
    expect(client.frames.filter((frame) => "id" in frame)).toHaveLength(1);
  });

  test("keeps the order of requests about one subscription that were sent without waiting", async () => {
    const server = await start();
    const client = await come(server);
    for (let round = 0; round < 20; round += 1) {
      client.send({
        jsonrpc: "2.0",
        id: `s${round}`,
        method: "subscribe",
        params: { subscription: "s", topics: ["a"] },
      });
      client.send({ jsonrpc: "2.0", id: `u${round}`, method: "unsubscribe", params: { subscription: "s" } });
    }
    await client.waitFor((frame) => "id" in frame && frame.id === "u19");
    const answers = client.frames.filter((frame) => "id" in frame);
    expect(answers.every((frame) => "result" in frame)).toBe(true);
    expect(answers.map((frame) => (frame as ResultFrame).id)).toEqual(
      Array.from({ length: 20 }, (_, round) => [`s${round}`, `u${round}`]).flat(),
    );
  });

  test("lives on after every kind of bad request", async () => {
    const server = await start();
    const client = await come(server);
    const bad = [
      "{",
      "[]",
      "7",
      '{"jsonrpc":"2.0","id":1,"method":"nothing"}',
      '{"jsonrpc":"2.0","id":2,"method":"subscribe","params":{"subscription":"s","topics":["a..b"]}}',
      '{"jsonrpc":"2.0","id":3,"method":"subscribe","params":{"subscription":"s","topics":["a"],"after":"nonsense"}}',
      `{"jsonrpc":"2.0","id":4,"method":"subscribe","params":{"subscription":"s","topics":["${"a.".repeat(10_000)}a"]}}`,
      `{"jsonrpc":"2.0","id":5,"method":"signal","params":{"topic":"a","type":"t","data":${"[".repeat(5_000)}${"]".repeat(5_000)}}}`,
      '{"jsonrpc":"2.0","id":6,"method":"subscribe","params":{"subscription":"s","topics":["a"],"filter":{"nothing":{}}}}',
    ];
    for (const text of bad) client.send(text);
    await client.request("ping", {});
    const codes = client.frames.flatMap((frame) =>
      "error" in frame ? [`${frame.error.code} ${frame.error.data.code}`] : [],
    );
    // A refusal needs no work and may overtake an answer that does.
    expect(codes.toSorted(byText)).toEqual(
      [
        "-32700 invalid_json",
        "-32600 invalid_request",
        "-32600 invalid_request",
        "-32601 not_found",
        "-32602 invalid_topic",
        "-32602 invalid_cursor",
        "-32602 invalid_topic",
        "-32600 invalid_request",
        "-32602 invalid_filter",
      ].toSorted(byText),
    );
    expect(server.reports).toEqual([]);
  });

  test("takes a newer credential of the same sub, and no other", async () => {
    const soon = Date.now() + 60_000;
    const later = Date.now() + 120_000;
    const server = await start({
      identities: {
        first: user("ann", subscriber("a.>"), { expires: soon }),
        second: user("ann", subscriber("a.>", "b.>"), { expires: later }),
        endless: user("ann", subscriber("b.>")),
        other: user("bob", subscriber("a.>")),
      },
    });
    const client = await come(server, { as: "first" });
    expect((await client.notified("hello")).expires).toBe(new Date(soon).toISOString());
    await client.request("subscribe", { subscription: "a", topics: ["a.>"] });
    await expect(client.request("subscribe", { subscription: "b", topics: ["b.>"] })).rejects.toMatchObject({
      error: { data: { code: "forbidden", status: 403 } },
    });
    await expect(client.request("renew", { token: "other" })).rejects.toMatchObject({
      error: { data: { code: "forbidden" } },
    });
    await expect(client.request("renew", { token: "nobody" })).rejects.toMatchObject({
      error: { data: { code: "unauthenticated", status: 401 } },
    });
    // Without waiting for the answer: what comes after a renew acts under its grants.
    const renewed = client.request("renew", { token: "second" });
    await client.request("subscribe", { subscription: "b", topics: ["b.>"] });
    expect(await renewed).toEqual({ expires: new Date(later).toISOString() });
    expect(await client.request("renew", { token: "endless" })).not.toHaveProperty("expires");
    expect(await client.notified("ended")).toMatchObject({ subscription: "a", code: "forbidden" });
  });
});

describe.each(DOORS)("the end of a connection %s", (_carried, come) => {
  test("a client that leaves is forgotten by the hub", async () => {
    const server = await start();
    const client = await come(server);
    await client.request("subscribe", { subscription: "s", topics: ["a.>"] });
    expect(server.hub.connections()).toHaveLength(1);
    expect(await client.close()).toMatchObject({ code: 1000 });
    await eventually("the hub knows no connection", async () => (await server.hub.health()).connections === 0);
  });

  test("a message above the limit closes with 1009, and one at the limit does not", async () => {
    const server = await start({ hub: { limits: { frameBytes: 1_000 } } });
    const client = await come(server);
    const ping = JSON.stringify({ jsonrpc: "2.0", id: "é", method: "ping" });
    client.send(ping.padEnd(999, " "));
    await client.waitFor((frame) => "id" in frame && frame.id === "é");
    client.send(ping.padEnd(1_000, " "));
    expect(await client.closed).toEqual({ code: 1009, reason: "" });
    await eventually("the hub knows no connection", async () => (await server.hub.health()).connections === 0);
  });

  test("an expired credential closes with 4401", async () => {
    const server = await start({ identities: { ann: user("ann", subscriber(">"), { expires: Date.now() + 100 }) } });
    const client = await come(server, { as: "ann" });
    expect((await client.closed).code).toBe(CLOSE_CODES.unauthenticated);
  });

  test("a drain tells each client its slot, then closes with 1001", async () => {
    const server = await start();
    const clients = await Promise.all([come(server), come(server)]);
    await server.hub.drain({ reason: "shutdown", spreadMs: 1_000 });
    for (const client of clients) {
      expect(await client.notified("goaway")).toMatchObject({ reason: "shutdown" });
      expect(await client.closed).toEqual({ code: 1001, reason: "shutdown" });
    }
  });

  test("a reason longer than a close frame holds is cut, not thrown", async () => {
    const server = await start();
    const client = await come(server);
    await server.hub.drain({ reason: "é".repeat(200), spreadMs: 0 });
    expect(await client.closed).toEqual({ code: 1001, reason: "é".repeat(61) });
  });
});
