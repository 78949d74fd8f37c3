import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Page, Topic } from "@fanfare/protocol";
import type { TopicStats } from "../core/ports/log.ts";
import { apiUnderTest, documentOf, HOST, refusalOf, tokenOf, type ApiUnderTest } from "../../testing/api-under-test.ts";
import { connectionsList } from "../contract/connections.ts";
import { health, readiness } from "../contract/health.ts";
import { revoked } from "../contract/tokens.ts";
import type { Probe } from "./probe.ts";
import { defineRoute, json } from "./route.ts";
import { defineQuery } from "../contract/query.ts";
import { topicsPage } from "../contract/topics.ts";

const ADMIN = [{ do: ["admin"] as const, topics: [] }];

const GUARDED: [path: string, body?: unknown][] = [
  ["/api/v1/topics/t/events", { type: "a" }],
  ["/api/v1/topics/t/signals", { type: "a" }],
  ["/api/v1/consumers/c/ack", { cursor: "a:1" }],
  ["/api/v1/tokens/revoke", { sub: "x" }],
  ["/api/v1/events"],
  ["/api/v1/ws"],
  ["/api/v1/topics"],
  ["/api/v1/connections"],
  ["/api/v1/health"],
  ["/metrics"],
];

describe("who may do what over HTTP", () => {
  test.each<[string, unknown?]>(GUARDED)("%s asks for a credential", async (path, body) => {
    await using on = apiUnderTest({ open: false });
    const response = await on.send(path, { body });
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    await expect(refusalOf(response)).resolves.toBe("401 unauthenticated a bearer token is needed");
    for (const authorization of ["Bearer x", "Basic YTpi", "x", "Bearer"]) {
      const bad = await on.send(path, { body, headers: { authorization } });
      await expect(refusalOf(bad)).resolves.toMatch(/^401 unauthenticated /);
    }
  });

  test("a token in the address counts for streams and WebSockets alone", async () => {
    await using on = apiUnderTest({ open: false });
    const token = await tokenOf("ada", [{ do: ["subscribe"], topics: [">"] }]);
    for (const path of ["/api/v1/events", "/api/v1/topics"])
      await expect(refusalOf(await on.send(`${path}?access_token=${token}`))).resolves.toMatch(
        /^400 invalid_request access_token: counts for streams and WebSockets only/,
      );
    const stream = await on.send(`/api/v1/events?access_token=${token}`, { headers: { accept: "text/event-stream" } });
    await expect(refusalOf(stream)).resolves.toMatch(/^406 not_acceptable /);
    await expect(refusalOf(await on.send(`/api/v1/ws?access_token=${token}`))).resolves.toMatch(
      /^400 invalid_request Upgrade: /,
    );
    const twice = await on.send(`/api/v1/ws?access_token=${token}&access_token=x`);
    await expect(refusalOf(twice)).resolves.toMatch(/^400 invalid_request access_token: /);
    expect(on.requests.map(({ path }) => path)).toEqual([
      "/api/v1/events?access_token=[redacted]",
      "/api/v1/topics?access_token=[redacted]",
      "/api/v1/events?access_token=[redacted]",
      "/api/v1/ws?access_token=[redacted]",
      "/api/v1/ws?access_token=[redacted]&access_token=[redacted]",
    ]);
  });

  test.each([["/api/v1/connections"], ["/api/v1/health"], ["/metrics"]])("%s needs admin", async (path) => {
    await using on = apiUnderTest({
      open: false,
      api: { metrics: { contentType: "text/plain; version=0.0.4", text: async () => "up 1\n" } },
    });
    const token = await tokenOf("ada", [{ do: ["subscribe", "publish", "signal"], topics: [">"] }]);
    await expect(refusalOf(await on.send(path, { token }))).resolves.toMatch(/^403 forbidden /);
    expect((await on.send(path, { token: await tokenOf("root", ADMIN) })).status).toBe(200);
  });

  test.each([["/api/v1/health/live"], ["/api/v1/health/ready"], ["/openapi.json"]])("%s is open", async (path) => {
    await using on = apiUnderTest({ open: false });
    expect((await on.send(path)).status).toBe(200);
  });

  test("an expired and a revoked token are told apart from a bad one", async () => {
    await using on = apiUnderTest({ open: false });
    const old = await tokenOf("ada", ADMIN, { now: () => Date.now() - 7_200_000 });
    const response = await on.send("/api/v1/topics", { token: old });
    expect(response.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
    await expect(refusalOf(response)).resolves.toMatch(/^401 token_expired /);
    const token = await tokenOf("eve", ADMIN, { jti: "t-9" });
    const admin = await tokenOf("root", ADMIN);
    const body = { jti: "t-9", exp: 4_000_000_000 };
    expect(revoked.parse(await documentOf(await on.send("/api/v1/tokens/revoke", { body, token: admin })))).toEqual({
      closed: 0,
    });
    await expect(refusalOf(await on.send("/api/v1/topics", { token }))).resolves.toMatch(/^401 token_revoked /);
  });

  test.each<[unknown, string]>([
    [{}, "400 invalid_request revocation: must have sub or jti"],
    [{ sub: "a", jti: "b" }, "400 invalid_request revocation: must have sub or jti"],
    [{ sub: "" }, "400 invalid_request revocation.sub: must have at least 1 character"],
    [{ sub: "a", until: 1 }, "400 invalid_request revocation: until is unknown here"],
    [{ sub: "a".repeat(257) }, "400 invalid_request revocation.sub: must have at most 256 characters"],
    [{ sub: "a", exp: "soon" }, "400 invalid_request revocation.exp: must be a number"],
    [{ sub: "a", exp: -1 }, "400 invalid_request revocation.exp: must be at least 0"],
    [{ sub: "a", exp: 1.5 }, "400 invalid_request revocation.exp: must be a whole number"],
    [[], "400 invalid_request revocation: must be an object"],
  ])("a revocation of %j is refused", async (body, expected) => {
    await using on = apiUnderTest();
    const said = await refusalOf(await on.send("/api/v1/tokens/revoke", { body }));
    expect(said.slice(0, expected.length)).toBe(expected);
  });

  test("revoking needs admin", async () => {
    await using on = apiUnderTest({ open: false });
    const token = await tokenOf("ada", [{ do: ["subscribe"], topics: [">"] }]);
    const response = await on.send("/api/v1/tokens/revoke", { body: { sub: "eve" }, token });
    await expect(refusalOf(response)).resolves.toMatch(/^403 forbidden /);
  });

  test("topics and events show what is granted, and private ones only to explicit grants", async () => {
    await using on = apiUnderTest({ open: false, hub: { privates: ["chat.>"] } });
    await on.hub.publish("chat.7", { type: "a" });
    await on.hub.publish("orders.eu", { type: "a" });
    await on.hub.publish("stock", { type: "a" });
    const seen = async (patterns: readonly string[], query: string): Promise<readonly Topic[]> => {
      const token = await tokenOf("ada", [{ do: ["subscribe"], topics: patterns }]);
      const { topics } = topicsPage.parse(await documentOf(await on.send("/api/v1/topics", { token })));
      const { events } = await documentOf<Page>(await on.send(`/api/v1/events${query}`, { token }));
      expect(events.map(({ topic }) => topic)).toEqual(topics.map(({ topic }) => topic));
      return topics.map(({ topic }) => topic);
    };
    await expect(seen([">"], "")).resolves.toEqual(["orders.eu", "stock"]);
    await expect(seen(["orders.*"], "?topic=orders.*")).resolves.toEqual(["orders.eu"]);
    await expect(seen(["chat.7"], "?topic=chat.7")).resolves.toEqual(["chat.7"]);
    const token = await tokenOf("ada", [{ do: ["subscribe"], topics: [">"] }]);
    await expect(refusalOf(await on.send("/api/v1/events?topic=chat.7", { token }))).resolves.toMatch(
      /^403 forbidden .*chat\.7/,
    );
    const nothing = await tokenOf("nil", []);
    await expect(refusalOf(await on.send("/api/v1/events", { token: nothing }))).resolves.toMatch(/^403 forbidden /);
    expect(await documentOf(await on.send("/api/v1/topics", { token: nothing }))).toEqual({ topics: [] });
  });

  test("topics are listed by pages, by name", async () => {
    await using on = apiUnderTest();
    for (const topic of ["c", "a", "b"]) await on.hub.publish(topic, { type: "x" });
    const names = async (query: string): Promise<readonly string[]> =>
      (await documentOf<{ topics: readonly TopicStats[] }>(await on.send(`/api/v1/topics${query}`))).topics.map(
        ({ topic }) => topic,
      );
    await expect(names("")).resolves.toEqual(["a", "b", "c"]);
    await expect(names("?limit=2")).resolves.toEqual(["a", "b"]);
    await expect(names("?limit=2&after=b")).resolves.toEqual(["c"]);
    await expect(names("?topic=c&topic=a")).resolves.toEqual(["a", "c"]);
    await expect(refusalOf(await on.send("/api/v1/topics?after=a..b"))).resolves.toMatch(/^400 invalid_topic /);
    await expect(refusalOf(await on.send("/api/v1/topics?limit=x"))).resolves.toMatch(/^400 invalid_request limit: /);
  });
});

describe("other doors over HTTP", () => {
  test("a signal is told at once and not kept", async () => {
    await using on = apiUnderTest();
    const response = await on.send("/api/v1/topics/chat.7/signals", { body: { type: "typing", data: { who: "ada" } } });
    expect(response.status).toBe(202);
    await expect(documentOf(response)).resolves.toEqual({});
    await expect(documentOf<Page>(await on.send("/api/v1/events"))).resolves.toMatchObject({ events: [] });
    for (const [body, expected] of [
      [{ type: 7 }, /^422 invalid_event signal\.type: must be a string$/],
      [{ data: 7 }, /^422 invalid_event signal\.type: must be a string$/],
      [{ type: "a", attributes: { x: [] } }, /^422 invalid_event signal\.attributes\.x: /],
      [{ type: "a", topic: "b" }, /^400 invalid_request signal: topic is unknown here$/],
      [{ type: "a b" }, /^422 invalid_event type: /],
      [[], /^400 invalid_request signal: /],
    ] as const)
      await expect(refusalOf(await on.send("/api/v1/topics/chat.7/signals", { body }))).resolves.toMatch(expected);
  });

  test("a consumer is moved on, never back and never beyond the log", async () => {
    await using on = apiUnderTest();
    await on.hub.publish("t", [{ type: "a" }, { type: "b" }]);
    const opened = on.hub.subscribe(
      { topics: ["t"], consumer: "c", after: "start" },
      { as: { sub: "", kind: "open", grants: [{ do: ["subscribe"], topics: [">" as never] }], profiles: "all" } },
    );
    await opened.opened;
    const { cursor } = await documentOf<Page>(await on.send("/api/v1/events"));
    const ack = (value: unknown, name = "c"): Promise<Response> =>
      on.send(`/api/v1/consumers/${name}/ack`, { body: { cursor: value } });
    await expect(documentOf(await ack(cursor))).resolves.toEqual({ cursor });
    await expect(documentOf(await ack(cursor.replace(/:2$/, ":1")))).resolves.toEqual({ cursor });
    await expect(refusalOf(await ack(cursor.replace(/:2$/, ":3")))).resolves.toMatch(/^400 invalid_ack /);
    await expect(refusalOf(await ack("x"))).resolves.toMatch(/^400 invalid_cursor /);
    await expect(refusalOf(await ack(7))).resolves.toMatch(/^400 invalid_request ack\.cursor: must be a string$/);
    await expect(refusalOf(await ack(cursor, "nobody"))).resolves.toMatch(/^404 not_found /);
    opened.close();
  });

  test("connections are listed with their subscriptions", async () => {
    await using on = apiUnderTest();
    const following = on.hub.subscribe({ topics: ["t"] });
    await following.opened;
    const { connections } = connectionsList.parse(await documentOf(await on.send("/api/v1/connections")));
    expect(connections).toMatchObject([
      { transport: "process", profile: "default", subscriptions: [{ topics: ["t"], lag: 0 }] },
    ]);
    following.close();
  });
});

describe("a further route", () => {
  const greet = defineRoute<{ readonly name?: string | undefined }>({
    method: "GET",
    operation: "greet",
    path: "/hello/{place}",
    summary: "Greet",
    access: "guarded",
    query: defineQuery({ name: z.string().optional() }),
    answers: { 200: { description: "A greeting." } },
    handle: ({ identity, params, query }) => json({ to: query.name ?? identity.sub, at: params["place"] }),
  });

  test("is guarded, checked and described like the hub's own", async () => {
    await using on = apiUnderTest({ open: false, api: { routes: [greet] } });
    await expect(refusalOf(await on.send("/hello/here"))).resolves.toMatch(/^401 unauthenticated /);
    const token = await tokenOf("ada", []);
    await expect(documentOf(await on.send("/hello/over%20there", { token }))).resolves.toEqual({
      to: "ada",
      at: "over there",
    });
    await expect(documentOf(await on.send("/hello/x?name=eve", { token }))).resolves.toEqual({ to: "eve", at: "x" });
    await expect(refusalOf(await on.send("/hello/x?nam=eve", { token }))).resolves.toBe(
      "400 invalid_request nam: unknown parameter; allowed: name",
    );
    expect(on.api.describe()).toMatchObject({ paths: { "/hello/{place}": { get: { operationId: "greet" } } } });
  });
});

describe("health over HTTP", () => {
  const ok: Probe = { name: "relay", check: async () => ({ state: "ok", figures: { pending: 3 } }) };
  const slow: Probe = { name: "apps", check: async () => ({ state: "degraded", reason: "the neighbour is slow" }) };
  const broken = {
    name: "disk",
    check: async (): Promise<never> => {
      throw new Error("secret path");
    },
  };

  const states = async (on: ApiUnderTest): Promise<unknown[]> => {
    const full = await on.send("/api/v1/health");
    const ready = await on.send("/api/v1/health/ready");
    const live = await on.send("/api/v1/health/live");
    return [
      full.status,
      health.parse(await full.json()),
      ready.status,
      readiness.parse(await ready.json()),
      live.status,
    ];
  };

  test("is good when everything is", async () => {
    await using on = apiUnderTest({ api: { probes: [ok] } });
    await expect(states(on)).resolves.toMatchObject([
      200,
      { state: "ok", troubles: [], log: { writable: true }, parts: { relay: { pending: 3 } } },
      200,
      { state: "ok" },
      200,
    ]);
  });

  test("tells of a degraded neighbour without 503, which would help nobody", async () => {
    await using on = apiUnderTest({ api: { probes: [ok, slow] } });
    const troubles = [{ part: "apps", state: "degraded", reason: "the neighbour is slow" }];
    await expect(states(on)).resolves.toMatchObject([
      200,
      { state: "degraded", troubles },
      200,
      { state: "degraded", troubles },
      200,
    ]);
  });

  test("is 503 with the reason when a part fails, and says no more than that it does", async () => {
    await using on = apiUnderTest({ api: { probes: [broken] } });
    const troubles = [{ part: "disk", state: "failing", reason: "it does not answer" }];
    await expect(states(on)).resolves.toMatchObject([
      503,
      { state: "failing", troubles },
      503,
      { state: "failing", troubles },
      200,
    ]);
    expect(on.errors).toHaveLength(2);
  });

  test("is 503 while the hub stops, and alive all the same", async () => {
    await using on = apiUnderTest();
    await on.hub.drain({ reason: "test", spreadMs: 0 });
    const troubles = [{ part: "hub", state: "failing", reason: "the daemon is stopping" }];
    await expect(states(on)).resolves.toMatchObject([503, { draining: true, troubles }, 503, { troubles }, 200]);
  });

  test("is 503 when the log is gone", async () => {
    await using on = apiUnderTest();
    await on.hub.ready();
    await on.hub.close();
    expect((await on.send("/api/v1/health/ready")).status).toBe(503);
    expect((await on.send("/api/v1/health/live")).status).toBe(200);
  });
});

describe("hosts, origins and paths", () => {
  test("a foreign name is misdirected on every path, open ones too", async () => {
    await using on = apiUnderTest();
    for (const path of ["/", "/openapi.json", "/api/v1/health/live", "/api/v1/events", "/nothing"]) {
      const response = await on.send(path, { headers: { host: "evil.example" } });
      await expect(refusalOf(response)).resolves.toMatch(/^421 misdirected Host: /);
    }
  });

  test("a foreign page may not change anything, whatever it sends", async () => {
    await using on = apiUnderTest();
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
    ] as const) {
      const response = await on.send("/api/v1/topics/t/events", {
        body: { type: "a" },
        headers,
      });
      await expect(refusalOf(response)).resolves.toMatch(/^403 invalid_origin Origin: /);
    }
    const own = { origin: `http://${HOST}`, "sec-fetch-site": "same-origin" };
    expect((await on.send("/api/v1/topics/t/events", { body: { type: "a" }, headers: own })).status).toBe(201);
  });

  test("no page but a listed one may read answers", async () => {
    const origin = "https://app.example.org";
    await using closed = apiUnderTest();
    expect(
      (await closed.send("/api/v1/events", { headers: { origin } })).headers.has("access-control-allow-origin"),
    ).toBe(false);
    await using on = apiUnderTest({ gate: { origins: [origin] }, api: { origins: [origin] } });
    for (const [path, status] of [
      ["/api/v1/events", 200],
      ["/api/v1/events?x=1", 400],
      ["/nothing", 404],
    ] as const) {
      const response = await on.send(path, { headers: { origin } });
      expect(response.status).toBe(status);
      expect(response.headers.get("access-control-allow-origin")).toBe(origin);
      expect(response.headers.get("vary")).toMatch(/origin/i);
    }
    const foreign = await on.send("/api/v1/events", { headers: { origin: "https://evil.example" } });
    expect(foreign.headers.has("access-control-allow-origin")).toBe(false);
    const preflight = { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } };
    const allowed = await on.send("/api/v1/topics/t/events", preflight);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-methods")).toBe("GET,HEAD,POST,PUT,PATCH,DELETE");
    expect(allowed.headers.get("access-control-allow-headers")).toMatch(/Authorization/);
  });

  test("unknown paths and methods are problems that say what is there", async () => {
    await using on = apiUnderTest({ open: false });
    for (const path of [
      "/nothing",
      "/api/v1",
      "/api/v2/events",
      "/api/v1/events/",
      "//api/v1/events",
      "/api/v1/topics//events",
    ])
      await expect(refusalOf(await on.send(path))).resolves.toMatch(/^404 not_found /);
    for (const [path, method, allow] of [
      ["/api/v1/events", "POST", "GET, HEAD, OPTIONS"],
      ["/api/v1/events", "DELETE", "GET, HEAD, OPTIONS"],
      ["/api/v1/topics/t/events", "GET", "POST, OPTIONS"],
      ["/api/v1/topics/t/events", "HEAD", "POST, OPTIONS"],
      ["/openapi.json", "PUT", "GET, HEAD, OPTIONS"],
    ] as const) {
      const response = await on.send(path, { method });
      expect(response.headers.get("allow")).toBe(allow);
      expect(response.status).toBe(405);
    }
    await expect(refusalOf(await on.send("/api/v1/events", { method: "PUT" }))).resolves.toMatch(
      /^405 method_not_allowed /,
    );
    const options = await on.send("/api/v1/events", { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
  });

  test("every answer has the security headers", async () => {
    await using on = apiUnderTest();
    for (const path of ["/api/v1/events", "/nothing", "/api/v1/events?x=1", "/openapi.json"]) {
      const { headers } = await on.send(path);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
    }
  });

  test("a failure that nobody foresaw is told to the operator, and to the client only that it happened", async () => {
    await using on = apiUnderTest();
    const failing = new Proxy(on.hub, {
      get: (hub, name, receiver) =>
        name === "read"
          ? async () => {
              throw new TypeError("secret of the inside");
            }
          : Reflect.get(hub, name, receiver),
    });
    await using broken = apiUnderTest({ api: { hub: failing } });
    await expect(refusalOf(await broken.send("/api/v1/events"))).resolves.toBe("500 internal the server failed");
    expect(broken.errors).toMatchObject([{ message: "secret of the inside" }]);
    expect(broken.requests).toMatchObject([
      { method: "GET", path: "/api/v1/events", status: 500, ms: expect.any(Number) },
    ]);
  });
});
