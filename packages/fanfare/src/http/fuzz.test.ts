import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apiUnderTest, documentOf, HOST, refusalOf, tokenOf, type ApiUnderTest } from "../../testing/api-under-test.ts";
import { readToEnd, servedApi } from "../../testing/served-api.ts";

const NAMES = [
  "topic",
  "type",
  "attr.a",
  "attr.",
  "attr.__proto__",
  "filter",
  "after",
  "scope",
  "limit",
  "wait",
  "profile",
];
const MORE_NAMES = [
  "policy",
  "keep",
  "key",
  "format",
  "subscriptions",
  "consumer",
  "access_token",
  "__proto__",
  "x\r\ny",
];
const VALUES = [
  "a",
  ">",
  "*",
  "a.b",
  "start",
  "now",
  "x:1",
  "0",
  "1",
  "-1",
  "1e9",
  "",
  "latest",
  "conflate",
  "deliveries",
  "{}",
  "[]",
  "null",
];
const HOSTILE = [
  "\r\nSet-Cookie: x=1",
  "\u0000",
  "\ud800",
  "%",
  "%0d%0a",
  "../..",
  "__proto__",
  '{"all":[{"not":{"exact":{"__proto__":1}}}]}',
  "[".repeat(100),
];
const PATHS = [
  "/",
  "/metrics",
  "/openapi.json",
  "/api/v1/events",
  "/api/v1/topics",
  "/api/v1/connections",
  "/api/v1/health",
  "/api/v1/health/ready",
  "/api/v1/ws",
  "/api/v1/tokens/revoke",
];
const METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "QUERY"];
const TYPES = [
  "application/json",
  "application/cloudevents+json",
  "application/cloudevents-batch+json",
  "text/plain",
  "application/json; charset=x",
  "\u00e9",
];

const character = fc.integer({ min: 0, max: 0xff_ff }).map((code) => String.fromCharCode(code));
const text = fc.oneof(
  fc.constantFrom(...VALUES),
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: character, maxLength: 20 }),
);

const strangeQuery = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...NAMES, ...MORE_NAMES), text), text), { maxLength: 4 })
  .map((pairs) => new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString());

const query = fc.oneof(fc.constant(""), strangeQuery);

const path = fc.oneof(
  fc.constantFrom(...PATHS),
  text.map((name) => `/api/v1/topics/${encodeURIComponent(name.toWellFormed())}/events`),
  text.map((name) => `/api/v1/topics/${encodeURIComponent(name.toWellFormed())}/signals`),
  text.map((name) => `/api/v1/consumers/${encodeURIComponent(name.toWellFormed())}/ack`),
  fc.constantFrom("/api/v1/topics/t/events", "/api/v1/topics/t/signals", "/api/v1/consumers/c/ack"),
  fc.webPath(),
);

/** What almost fits, with something strange where it is least expected. */
const strange = fc.oneof(fc.jsonValue({ maxDepth: 3 }), text);
const member = fc.constantFrom(
  "type",
  "data",
  "id",
  "time",
  "attributes",
  "cursor",
  "sub",
  "jti",
  "exp",
  "specversion",
  "source",
  "__proto__",
);
const document = fc.oneof(
  fc.record({ type: fc.constantFrom("a", "gap", "a b", ""), data: strange }, { requiredKeys: ["type"] }),
  fc.dictionary(member, strange, { maxKeys: 5 }),
  fc.record({ specversion: fc.constant("1.0"), id: text, source: text, type: text, data: strange, subject: strange }),
  strange,
);
const body = fc.oneof(
  fc.constantFrom('{"type":"a"}', '[{"type":"a","id":"1"}]', '{"specversion":"1.0","id":"1","source":"s","type":"t"}'),
  document.map((value) => JSON.stringify(value)),
  fc.array(document, { maxLength: 3 }).map((value) => JSON.stringify(value)),
  text,
  fc.uint8Array({ maxLength: 40 }),
);

const headerValue = fc.oneof(
  fc.constantFrom(
    "text/event-stream",
    "application/json",
    "*/*",
    "x;q=2",
    "Bearer a.b.c",
    "Basic x",
    "https://evil.example",
    "null",
    "cross-site",
    "a:1",
    "gzip",
    HOST,
    "evil.example",
  ),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 12 }),
);
const strangeHeaders = fc.dictionary(
  fc.constantFrom(
    "accept",
    "authorization",
    "origin",
    "sec-fetch-site",
    "last-event-id",
    "cookie",
    "content-encoding",
    "host",
    "range",
    "if-none-match",
    "x-http-method-override",
  ),
  headerValue,
  { maxKeys: 3, noNullPrototype: true },
);

const headers = fc.oneof(fc.constant({}), strangeHeaders);

const request = fc
  .record({
    method: fc.constantFrom(...METHODS),
    path,
    query,
    body,
    headers,
    type: fc.oneof(fc.constant("application/json"), fc.constantFrom(...TYPES)),
  })
  .map(({ method, path: where, query: asked, body: content, headers: extra, type }) => {
    const withBody = method !== "GET" && method !== "HEAD";
    return {
      url: `http://${HOST}${where}?${asked}`,
      init: {
        method,
        headers: { host: HOST, ...(withBody && { "content-type": type }), ...extra },
        ...(withBody && { body: content }),
      },
    };
  });

/** Gets as far as the event itself, where little of what is wholly random does. */
const nearMiss = document.map((event) => ({
  url: `http://${HOST}/api/v1/topics/t/events?`,
  init: {
    method: "POST",
    headers: { host: HOST, "content-type": "application/json" },
    body: JSON.stringify(event),
  },
}));

const sentRequest = fc.oneof({ arbitrary: request, weight: 9 }, { arbitrary: nearMiss, weight: 1 });

/** Runs one request and holds its answer against what may be answered at all. */
const check = async (on: ApiUnderTest, { url, init }: { url: string; init: RequestInit }): Promise<number> => {
  const response = await on.api.fetch(new Request(url, init));
  expect(response.status).not.toBe(500);
  for (const [name, value] of response.headers) expect(`${name}: ${value}`).not.toMatch(/set-cookie|[\r\n]/i);
  if (response.status >= 400 && init.method !== "HEAD") await refusalOf(response);
  expect(on.errors).toEqual([]);
  return response.status;
};

describe("whatever is sent", { timeout: 60_000 }, () => {
  let open: ApiUnderTest;
  let closed: ApiUnderTest;
  beforeAll(() => {
    const hub = { limits: { waitSeconds: 0 }, privates: ["b.>"] };
    open = apiUnderTest({ hub });
    closed = apiUnderTest({ hub, open: false });
  });
  afterAll(() => Promise.all([open.hub.close(), closed.hub.close()]));

  test("is answered, with a problem of a known code where it is refused", async () => {
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(sentRequest, async (sent) => {
        seen.add(await check(open, sent));
      }),
      { numRuns: 2000 },
    );
    // Otherwise this would test nothing but one kind of refusal.
    for (const status of [200, 201, 400, 404, 405, 415, 421, 422]) expect(seen).toContain(status);
  });

  test("does nothing without a credential", async () => {
    await fc.assert(
      fc.asyncProperty(sentRequest, async (sent) => {
        await check(closed, sent);
      }),
      { numRuns: 500 },
    );
    const { log } = await closed.hub.health();
    expect(log.last).toBe(0);
    expect(closed.hub.connections()).toEqual([]);
  });

  test("does nothing with a credential that grants nothing", async () => {
    const authorization = `Bearer ${await tokenOf("nil", [])}`;
    await fc.assert(
      fc.asyncProperty(sentRequest, async ({ url, init }) => {
        const status = await check(closed, { url, init: { ...init, headers: { ...init.headers, authorization } } });
        expect(status).not.toBe(201);
        expect(status).not.toBe(202);
      }),
      { numRuns: 500 },
    );
    const { log } = await closed.hub.health();
    expect(log.last).toBe(0);
  });

  test("as bytes on a socket, ends neither the server nor another's connection", async () => {
    await using served = await servedApi();
    const line = fc.oneof(
      fc.constantFrom(
        "GET / HTTP/1.1\r\n",
        "POST /api/v1/topics/t/events HTTP/1.1\r\n",
        "Host: 127.0.0.1\r\n",
        "Content-Length: 9\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket\r\n",
        "Expect: 100-continue\r\n",
        "\r\n",
        "ffffffff\r\n",
        "{}",
      ),
      fc.string({ unit: character, maxLength: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 6 }), async (lines) => {
        const socket = await served.open();
        const answer = readToEnd(socket);
        socket.end(lines.join(""), "latin1");
        expect(await answer).not.toMatch(/^HTTP\/1\.1 500/m);
      }),
      { numRuns: 100 },
    );
    const live = await fetch(`${served.url}/api/v1/health/live`);
    await expect(documentOf(live)).resolves.toEqual({ state: "ok" });
    expect(served.on.errors).toEqual([]);
  });
});
