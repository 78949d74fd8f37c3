import { connect, type Socket } from "node:net";
import { DEFAULT_LIMITS, type Delivery, type Hello, type Pattern, type SubscribeParams } from "@fanfare/protocol";
import { afterEach, describe, expect, test } from "vitest";
import {
  startTransports,
  type TransportServer,
  type TransportServerOptions,
} from "../../../testing/transport-server.ts";
import type { StreamParams } from "../../contract/streams.ts";
import type { Identity } from "../../core/identity.ts";
import { eventually } from "../../testing/conformance/waiting.ts";
import { openSse, type SseClient } from "../../testing/sse-client.ts";
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

function events(params: Partial<SubscribeParams> = {}): StreamParams {
  return { format: "events", subscriptions: [{ subscription: "1", topics: ["a.>"], ...params }] };
}

function user(sub: string, topics: string, more: Partial<Identity> = {}): Identity {
  const grants = [{ do: ["subscribe" as const], topics: [topics as Pattern] }];
  return { sub, kind: "user", grants, profiles: "all", ...more };
}

async function publish(server: TransportServer, count: number, topic = "a.b", data: unknown = null): Promise<void> {
  for (let index = 0; index < count; index += 1) await server.hub.publish(topic, { type: "t", data });
}

function ids(client: SseClient): number[] {
  return client.events.filter(({ event }) => event === "t").map(({ id }) => Number(id?.split(":")[1]));
}

async function untilIds(client: SseClient, last: number): Promise<number[]> {
  return client.until(() => {
    const got = ids(client);
    return got.includes(last) ? got : undefined;
  });
}

function json(data: string | undefined): unknown {
  return JSON.parse(data ?? "null");
}

describe("a stream of events", () => {
  test("has the head that proxies and browsers need, a retry and an id before the first event", async () => {
    const server = await start({ sse: { retryMs: 1_234 } });
    await publish(server, 2);
    const client = await openSse(server.sseUrl(events()));
    const { headers } = client.response;
    expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-cache, no-store, no-transform");
    expect(headers.get("x-accel-buffering")).toBe("no");
    const first = await client.waitFor(() => true);
    expect(first.event).toBe("heartbeat");
    expect(first.id).toMatch(/^[a-z0-9]+:2$/);
    expect(json(first.data)).toEqual({ cursor: first.id, scope: expect.stringMatching(/./) });
    expect(client.retry).toBe(1_234);
  });

  test("brings each event with its own id, type and whole JSON", async () => {
    const server = await start();
    const client = await openSse(server.sseUrl(events()));
    await publish(server, 1, "a.b", { text: "a\r\nb\u2028c" });
    const event = await client.waitFor((one) => one.event === "t");
    expect(event.id).toMatch(/:1$/);
    expect(json(event.data)).toMatchObject({ topic: "a.b", position: 1, type: "t", data: { text: "a\r\nb\u2028c" } });
  });

  test("goes on behind Last-Event-ID wherever it broke, over several topics, none lost and none twice", async () => {
    const server = await start();
    const params = events({ topics: ["a.>", "c"] });
    const got: number[] = [];
    let last: string | undefined;
    for (let round = 0; round < 5; round += 1) {
      const client = await openSse(
        server.sseUrl(params),
        last === undefined ? {} : { headers: { "last-event-id": last } },
      );
      await client.waitFor(({ event }) => event === "heartbeat");
      last = client.lastEventId;
      await publish(server, 2, "a.b");
      await publish(server, 1, "not.wanted");
      await publish(server, 2, "c");
      await untilIds(client, 5 * round + 4);
      got.push(...ids(client));
      last = client.lastEventId;
      await client.close();
    }
    const wanted = Array.from({ length: 25 }, (_, index) => index + 1).filter((position) => position % 5 !== 3);
    expect([...new Set(got)]).toEqual(wanted);
    expect(got).toEqual(wanted);
  });

  test("moves the client's id by heartbeats although nothing matches", async () => {
    const server = await start({ hub: { heartbeatMs: 60 } });
    const client = await openSse(server.sseUrl(events()));
    await publish(server, 7, "other");
    const beat = await client.waitFor(({ event, id }) => event === "heartbeat" && id?.endsWith(":7") === true);
    expect(json(beat.data)).toEqual({ cursor: beat.id });
  });

  test("tells a reset of the log as a gap and goes on at its start", async () => {
    const server = await start();
    await publish(server, 2);
    const client = await openSse(server.sseUrl(events({ after: "another:77" })));
    const gap = await client.waitFor(({ event }) => event === "gap");
    expect(json(gap.data)).toEqual({ reason: "reset", to: 0 });
    expect(gap.id).toMatch(/^(?!another)[a-z0-9]+:0$/);
    expect(await untilIds(client, 2)).toEqual([1, 2]);
  });

  test("tells what retention removed as a gap before what is left", async () => {
    const retention = [{ topics: ">" as Pattern, maxEvents: 2 }];
    // Without a tail in memory, which would still have the trimmed events.
    const server = await start({ hub: { retention, retentionMs: 20, tailBytes: 1 } });
    await publish(server, 6);
    await eventually("the log is trimmed", async () => (await server.hub.health()).log.first === 5);
    const client = await openSse(server.sseUrl(events({ after: "start" })));
    expect(await untilIds(client, 6)).toEqual([5, 6]);
    const gap = client.events.find(({ event }) => event === "gap");
    expect(json(gap?.data)).toMatchObject({ reason: "trimmed", from: 0 });
    expect(client.events.indexOf(gap as never)).toBeLessThan(client.events.findIndex(({ event }) => event === "t"));
  });

  test("brings signals without an id", async () => {
    const server = await start();
    const client = await openSse(server.sseUrl(events()));
    await client.waitFor(({ event }) => event === "heartbeat");
    server.hub.signal({ topic: "a.b", type: "typing", data: { who: "ann" } });
    const signal = await client.waitFor(({ event }) => event === "signal");
    expect(signal.id).toBeUndefined();
    expect(json(signal.data)).toMatchObject({ subscription: "1", topic: "a.b", type: "typing", data: { who: "ann" } });
  });
});

describe("a stream of deliveries", () => {
  test("answers each subscription first, then proves completeness for each", async () => {
    const server = await start({ hub: { heartbeatMs: 60 } });
    await publish(server, 2, "a.b");
    const subscriptions = [
      { subscription: "x", topics: ["a.>"], after: "start" },
      { subscription: "y", topics: ["c"] },
    ];
    const client = await openSse(server.sseUrl({ format: "deliveries", subscriptions }));
    await publish(server, 2, "c");
    const chains = await client.until(() => {
      const found = subscriptions.map(({ subscription }) => {
        const answer = client.events.find(
          (one) => one.event === "subscribed" && one.data.includes(`"${subscription}"`),
        );
        const deliveries = client.events
          .filter(({ event }) => event === "deliver")
          .map(({ data }) => json(data) as Delivery)
          .filter((one) => one.subscription === subscription);
        return { answer: json(answer?.data) as { cursor: string; head: string; recovered: boolean }, deliveries };
      });
      return found.every(({ deliveries }) => deliveries.at(-1)?.cursor.endsWith(":4")) ? found : undefined;
    });
    expect(client.events.slice(0, 3).map(({ event }) => event)).toEqual(["hello", "subscribed", "subscribed"]);
    expect(client.events.every(({ id }) => id === undefined)).toBe(true);
    for (const { answer, deliveries } of chains) {
      expect(answer.recovered).toBe(true);
      expect(answer.head).toMatch(/:2$/);
      let { cursor } = answer;
      for (const delivery of deliveries) {
        expect(delivery.prev).toBe(cursor);
        cursor = delivery.cursor;
      }
    }
    expect(
      chains.map(({ deliveries }) => deliveries.flatMap((one) => one.events.map(({ position }) => position))),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});

describe("a stream that is not let in", () => {
  test.each([
    ["a topic that is none", events({ topics: ["a..b"] }), {}, 400, "invalid_topic"],
    ["a cursor that is none", events({ after: "nonsense" }), {}, 400, "invalid_cursor"],
    ["a topic that is not granted", events({ topics: ["b.>"] }), { as: "ann" }, 403, "forbidden"],
    ["an unknown profile", events(), { profile: "nobody" }, 400, "profile_unknown"],
    [
      "a second subscription of the same name",
      {
        format: "deliveries",
        subscriptions: [
          { subscription: "x", topics: ["a"] },
          { subscription: "x", topics: ["a"] },
        ],
      },
      {},
      409,
      "subscription_exists",
    ],
  ] as const)(
    "%s is a problem before any head, and leaves no connection",
    async (_what, params, query, status, code) => {
      const server = await start({ identities: { ann: user("ann", "a.>") } });
      await expect(openSse(server.sseUrl(params, query))).rejects.toThrow(
        new RegExp(`refused with ${status} .*"code":"${code}"`),
      );
      expect(server.sse.size).toBe(0);
      expect((await server.hub.health()).connections).toBe(0);
    },
  );

  test("a client that leaves before the head leaves nothing behind", async () => {
    const server = await start();
    for (let round = 0; round < 20; round += 1) {
      const socket = connect(server.port, "127.0.0.1");
      const { pathname, search } = new URL(server.sseUrl(events()));
      socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: x\r\n\r\n`, () => socket.resetAndDestroy());
      socket.on("error", () => undefined);
    }
    const client = await openSse(server.sseUrl(events()));
    await eventually("only the one that stayed is there", () => server.sse.size === 1);
    expect((await server.hub.health()).connections).toBe(1);
    await client.close();
  });
});

describe("the end of a stream", () => {
  test("a client that leaves is forgotten by the hub", async () => {
    const server = await start();
    const client = await openSse(server.sseUrl(events()));
    await client.close();
    await eventually("the hub knows no connection", async () => (await server.hub.health()).connections === 0);
    expect(server.sse.size).toBe(0);
  });

  test("a drain says bye with the client's slot, as data and as retry, and only once", async () => {
    const server = await start();
    const client = await openSse(server.sseUrl(events()));
    await client.waitFor(({ event }) => event === "heartbeat");
    await server.hub.drain({ reason: "shutdown", spreadMs: 100_000 });
    await client.ended;
    const byes = client.events.filter(({ event }) => event === "bye");
    expect(byes).toHaveLength(1);
    const data = json(byes[0]?.data) as { reason: string; reconnectAfterMs: number };
    expect(data.reason).toBe("shutdown");
    expect(client.retry).toBe(data.reconnectAfterMs);
  });

  test("an expired credential says bye with its reason", async () => {
    const server = await start({ identities: { ann: user("ann", ">", { expires: Date.now() + 150 }) } });
    const client = await openSse(server.sseUrl(events(), { as: "ann" }));
    await client.ended;
    expect(json(client.events.find(({ event }) => event === "bye")?.data)).toEqual({
      reason: "unauthenticated",
      reconnectAfterMs: 2_000,
      code: 4401,
      message: "token_expired",
    });
  });

  test("the end of its only subscription ends it, and of one of two does not", async () => {
    const server = await start({ identities: { ann: user("ann", ">") } });
    const single = await openSse(server.sseUrl(events(), { as: "ann" }));
    const subscriptions = [
      { subscription: "x", topics: ["a.>"] },
      { subscription: "y", topics: ["c"] },
    ];
    const double = await openSse(server.sseUrl({ format: "deliveries", subscriptions }, { as: "ann" }));
    server.hub.endSubscriptions({ sub: "ann", topics: ["a.>"] });
    await single.ended;
    expect(json(single.events.at(-1)?.data)).toMatchObject({ subscription: "1", code: "forbidden" });
    expect(json((await double.waitFor(({ event }) => event === "ended")).data)).toMatchObject({ subscription: "x" });
    await publish(server, 1, "c");
    await double.waitFor(({ event }) => event === "deliver");
    server.hub.endSubscriptions({ sub: "ann", topics: ["c"] });
    await double.ended;
    expect(double.events.filter(({ event }) => event === "ended")).toHaveLength(2);
  });
});

describe("hello", () => {
  test("has the same members and values over SSE as over WebSocket, and comes first", async () => {
    const expires = Date.now() + 60_000;
    const server = await start({
      hub: {
        heartbeatMs: 7_000,
        limits: { jsonDepth: 32 },
        profiles: [{ name: "quiet", subscriptionsPerConnection: 3 }],
      },
      identities: { ann: { ...user("ann", "a.>"), expires } },
    });
    const as = { as: "ann", profile: "quiet" };
    const stream = await openSse(server.sseUrl({ ...events(), format: "deliveries" }, as));
    const first = await stream.waitFor(() => true);
    const socket = await connectWs(server.wsUrl(as));
    const greeting = await socket.notified("hello");
    expect(first).toMatchObject({ event: "hello", id: undefined });
    expect(json(first.data)).toEqual({
      ...greeting,
      connection: expect.any(String) as string,
      time: expect.any(String) as string,
    });
    expect(greeting).toMatchObject({
      heartbeat: 7_000,
      profile: "quiet",
      limits: { ...DEFAULT_LIMITS, jsonDepth: 32, subscriptionsPerConnection: 3 },
      expires: new Date(expires).toISOString(),
    });
    const known = server.hub.connections().map(({ connection }) => connection);
    expect(known).toContain((json(first.data) as Hello).connection);
    await socket.close();
  });

  test("is not said on a stream of single events", async () => {
    const server = await start();
    const stream = await openSse(server.sseUrl(events()));
    await publish(server, 1);
    await stream.waitFor(({ event }) => event === "t");
    expect(stream.events.map(({ event }) => event)).toEqual(["heartbeat", "t"]);
  });
});

describe("a client that reads slowly", { timeout: 30_000 }, () => {
  const CHUNK = "x".repeat(32 * 1024);

  function rawStream(server: TransportServer): { readonly socket: Socket; readonly text: () => string } {
    const { pathname, search } = new URL(server.sseUrl(events()));
    const socket = connect(server.port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.on("data", (bytes: Buffer) => chunks.push(bytes));
    socket.on("error", () => undefined);
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    return { socket, text: () => Buffer.concat(chunks).toString() };
  }

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

  test("is told nothing while it takes nothing, then everything", async () => {
    const server = await start();
    const { socket, text } = rawStream(server);
    await eventually("the stream is open", () => text().includes("event: heartbeat"));
    socket.pause();
    const count = await publishUntilStalled(server);
    socket.resume();
    await eventually("the last event is there", () => text().includes(`:${count}\nevent: t\n`));
    const got = [...text().matchAll(/^id: [a-z0-9]+:(\d+)\nevent: t$/gm)].map(([, position]) => Number(position));
    expect(got).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect((await server.hub.health()).stalled).toBe(0);
    socket.destroy();
  });

  test("is ended when it takes nothing for too long, and its socket is dropped when it never reads", async () => {
    const server = await start({ hub: { heartbeatMs: 150, stallTimeoutMs: 100 }, sse: { closeTimeoutMs: 50 } });
    const { socket, text } = rawStream(server);
    await eventually("the stream is open", () => text().includes("event: heartbeat"));
    socket.pause();
    await publishUntilStalled(server);
    await eventually("the hub has given it up", async () => (await server.hub.health()).connections === 0);
    await eventually("and so has the transport", () => server.sse.size === 0);
    expect(text()).not.toContain("event: bye");
    socket.destroy();
  });

  test("reads bye behind what it had not read, when it reads in time", async () => {
    const server = await start({ hub: { heartbeatMs: 150, stallTimeoutMs: 100 } });
    const { socket, text } = rawStream(server);
    await eventually("the stream is open", () => text().includes("event: heartbeat"));
    socket.pause();
    await publishUntilStalled(server);
    await eventually("the hub has given it up", async () => (await server.hub.health()).connections === 0);
    socket.resume();
    await eventually("bye is there", () => text().includes("event: bye\n"));
    expect(text()).toContain('"reason":"stalled"');
  });
});
