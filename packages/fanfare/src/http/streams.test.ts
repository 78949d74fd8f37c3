import { createParser, type EventSourceMessage } from "eventsource-parser";
import { describe, expect, test } from "vitest";
import type { FanfareEvent } from "@fanfare/protocol";
import { refusalOf, tokenOf } from "../../testing/api-under-test.ts";
import { servedApi, type ServedApi } from "../../testing/served-api.ts";

const SSE = { accept: "text/event-stream" };

/** Opens a stream; `next` answers its next event of one of the names. */
const follow = async (
  { url }: ServedApi,
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ response: Response; next: (...names: string[]) => Promise<EventSourceMessage>; close: () => void }> => {
  const leaving = new AbortController();
  const response = await fetch(`${url}/api/v1/events${query}`, {
    headers: { ...SSE, ...headers },
    signal: leaving.signal,
  });
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => messages.push(message) });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async (...names: string[]): Promise<EventSourceMessage> => {
    for (;;) {
      const message = messages.shift();
      if (message?.event !== undefined && names.includes(message.event)) return message;
      if (message !== undefined) continue;
      const chunk = await reader?.read();
      if (chunk?.value === undefined) throw new Error(`the stream ended without ${names.join(" or ")}`);
      parser.feed(chunk.value);
    }
  };
  return { response, next, close: () => leaving.abort() };
};

describe("streams over HTTP", () => {
  test("begin now, and come with the security headers beside their own", async () => {
    await using served = await servedApi();
    await served.hub.publish("t", { type: "before" });
    const stream = await follow(served, "?topic=t");
    expect(stream.response.status).toBe(200);
    expect(stream.response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(stream.response.headers.get("cache-control")).toBe("no-cache, no-store, no-transform");
    expect(stream.response.headers.get("x-content-type-options")).toBe("nosniff");
    await served.hub.publish("t", { type: "after", data: { x: 1 } });
    const message = await stream.next("after");
    expect(JSON.parse(message.data) as FanfareEvent).toMatchObject({ position: 2, type: "after", data: { x: 1 } });
    expect(message.id).toMatch(/:2$/);
    expect(served.on.requests).toMatchObject([{ path: "/api/v1/events?topic=t", status: 200 }]);
    stream.close();
  });

  test("go on after the last id, which wins over after", async () => {
    await using served = await servedApi();
    await served.hub.publish("t", [{ type: "a" }, { type: "b" }, { type: "c" }]);
    const first = await follow(served, "?after=start");
    const { id = "" } = await first.next("b");
    first.close();
    const second = await follow(served, "?after=start", { "last-event-id": id });
    await expect(second.next("a", "b", "c")).resolves.toMatchObject({ event: "c", id: expect.stringMatching(/:3$/) });
    second.close();
  });

  test.each(["", "&format=deliveries"])(
    "take a page's limit and wait, which mean nothing to them%s",
    async (format) => {
      await using served = await servedApi();
      await served.hub.publish("t", [{ type: "a" }, { type: "b" }]);
      const stream = await follow(served, `?topic=t&after=start&limit=1&wait=0${format}`);
      const { data } = await stream.next("b", "deliver");
      expect(data).toContain('"type":"b"');
      stream.close();
    },
  );

  test("of deliveries take several subscriptions", async () => {
    await using served = await servedApi();
    await served.hub.publish("a", { type: "one" });
    const subscriptions = [
      { subscription: "x", topics: ["a"], after: "start" },
      { subscription: "y", topics: ["b"], after: "start" },
    ];
    const query = `?format=deliveries&subscriptions=${encodeURIComponent(JSON.stringify(subscriptions))}`;
    const stream = await follow(served, query);
    const { data } = await stream.next("deliver");
    expect(JSON.parse(data)).toMatchObject({ subscription: "x", events: [{ type: "one" }] });
    stream.close();
  });

  test("take a token in their address, and end when it is revoked", async () => {
    await using served = await servedApi({ open: false });
    const token = await tokenOf("ada", [{ do: ["subscribe"], topics: [">"] }]);
    const stream = await follow(served, `?access_token=${token}`);
    expect(stream.response.status).toBe(200);
    await served.hub.revoke({ sub: "ada" });
    await expect(stream.next("bye")).resolves.toMatchObject({ event: "bye" });
    await expect(
      refusalOf(await fetch(`${served.url}/api/v1/events?access_token=${token}`, { headers: SSE })),
    ).resolves.toMatch(/^401 token_revoked /);
    expect(JSON.stringify(served.on.requests)).not.toContain(token);
  });

  test.each<[string, string]>([
    ["?after=x", "400 invalid_cursor after: "],
    ["?topic=a..b", "400 invalid_topic topic: "],
    ["?limit=0", "400 invalid_request limit: must be a whole number from 1 to 1000"],
    ["?wait=soon", "400 invalid_request wait: must be from 0 to 60 seconds"],
    ["?limits=5", "400 invalid_request limits: unknown parameter"],
    ["?format=xml", "400 invalid_request format: must be one of events, deliveries"],
    ["?profile=none", "400 profile_unknown "],
    ["?subscriptions=[]", "400 invalid_request subscriptions: "],
    ["?format=deliveries&subscriptions=[]", "400 invalid_request subscriptions: must have at least 1 entry"],
    ["?format=deliveries&subscriptions={", "400 invalid_json subscriptions: "],
    ["?format=deliveries&subscriptions=[{}]", "400 invalid_request subscriptions[0].subscription: must be a string"],
    [
      '?subscriptions=[{"subscription":"1","topics":["a"]}]',
      "400 invalid_request subscriptions: needs format=deliveries",
    ],
    [
      '?format=deliveries&subscriptions=[{"subscription":"1","topics":["a"]}]&topic=a',
      "400 invalid_request topic: belongs into subscriptions",
    ],
    [
      '?format=deliveries&subscriptions=[{"subscription":"1","topics":["a"]},{"subscription":"1","topics":["a"]}]',
      "409 subscription_exists ",
    ],
    ["?policy=conflate", "400 invalid_request key: "],
  ])("are refused as a problem before they begin: %s", async (query, expected) => {
    await using served = await servedApi();
    const said = await refusalOf(await fetch(`${served.url}/api/v1/events${query}`, { headers: SSE }));
    expect(said.slice(0, expected.length)).toBe(expected);
    expect(served.hub.connections()).toEqual([]);
  });

  test("are refused beyond an identity's share and while the hub stops", async () => {
    await using served = await servedApi({ open: false, hub: { limits: { connectionsPerIdentity: 1 } } });
    const authorization = `Bearer ${await tokenOf("ada", [{ do: ["subscribe"], topics: [">"] }])}`;
    const stream = await follow(served, "", { authorization });
    const second = await fetch(`${served.url}/api/v1/events`, { headers: { ...SSE, authorization } });
    await expect(refusalOf(second)).resolves.toMatch(/^429 limit_exceeded /);
    await served.hub.drain({ reason: "test", spreadMs: 0 });
    const third = await fetch(`${served.url}/api/v1/events`, { headers: { ...SSE, authorization } });
    expect(third.headers.get("retry-after")).toBe("1");
    await expect(refusalOf(third)).resolves.toMatch(/^503 draining /);
    stream.close();
  });

  test("may be read by a listed page of another origin", async () => {
    const origin = "https://app.example.org";
    await using served = await servedApi({ gate: { origins: [origin] }, api: { origins: [origin] } });
    const stream = await follow(served, "", { origin });
    expect(stream.response.headers.get("access-control-allow-origin")).toBe(origin);
    stream.close();
  });

  test("do not begin for a HEAD", async () => {
    await using served = await servedApi();
    const response = await fetch(`${served.url}/api/v1/events`, { method: "HEAD", headers: SSE });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(served.hub.connections()).toEqual([]);
  });
});
