import { createHook } from "node:async_hooks";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { get } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineTopic, FanfareError, type Pattern } from "@fanfare/protocol";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { createToken } from "../access/token.ts";
import type { Authenticator } from "../core/ports/authenticator.ts";
import { connectWs } from "../testing/ws-client.ts";
import { restoreLog } from "../stores/sqlite/restore.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { startDaemon, type Daemon } from "./daemon.ts";
import { DaemonError } from "./daemon-error.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

async function start(config: Config = {}): Promise<Daemon> {
  const logging = { level: "silent" } as const;
  const daemon = await startDaemon({ addr: "127.0.0.1:0", log: "memory:", logging, ...config });
  onTestFinished(() => daemon.stop());
  return daemon;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "fanfare-daemon-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function ask(daemon: Daemon, path: string, token?: string, init: RequestInit = {}) {
  const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...init.headers };
  const response = await fetch(`${daemon.url}${path}`, { ...init, headers });
  return { status: response.status, text: await response.text() };
}

test("an embedding application and clients see the same log", async () => {
  const daemon = await start();
  await daemon.hub.publish("orders.eu", { type: "order.paid", data: 12 });
  const { status, text } = await ask(daemon, "/api/v1/events");
  expect(status).toBe(200);
  expect(JSON.parse(text).events).toMatchObject([{ topic: "orders.eu", data: 12 }]);
  expect(daemon.open).toBe(true);
});

test("several daemons live in one process, and a stopped one is gone", async () => {
  const [one, other] = [await start(), await start()];
  await one.hub.publish("a", { type: "t" });
  expect((await ask(one, "/metrics")).text).toContain("fanfare_published_events_total 1\n");
  expect((await ask(other, "/metrics")).text).toContain("fanfare_published_events_total 0\n");
  await one.stop();
  await expect(fetch(one.url)).rejects.toThrow("fetch failed");
  expect((await ask(other, "/api/v1/health/live")).status).toBe(200);
});

test("a stop that is asked for twice is one stop", async () => {
  const daemon = await start();
  const first = daemon.stop();
  expect(daemon.stop()).toBe(first);
  await first;
});

test("what a configuration may not be is thrown before anything is opened", async () => {
  await expect(start({ addr: "nowhere" })).rejects.toThrow(ConfigError);
  await expect(start({ addr: "nowhere" })).rejects.toThrow(/\(from startDaemon\)$/);
});

test("a start that fails leaves the database closed behind it", async () => {
  const path = await folder();
  const db = join(path, "fanfare.db");
  const backup = join(path, "backup.db");
  await (await start({ log: undefined, db: backup })).stop();
  const { address } = await start();
  await expect(start({ addr: `127.0.0.1:${address.port}`, log: undefined, db })).rejects.toThrow(DaemonError);
  // Nobody may restore a log that a process has open.
  await expect(restoreLog(backup, db)).resolves.toMatchObject({ last: 0 });
});

test("a start that fails leaves no timer behind it", async () => {
  const { address } = await start();
  const timers = new Set<number>();
  let starting = true;
  const hook = createHook({
    init: (id, type) => void (starting && type === "Timeout" && timers.add(id)),
    destroy: (id) => void timers.delete(id),
  }).enable();
  onTestFinished(() => void hook.disable());
  await expect(start({ addr: `127.0.0.1:${address.port}` })).rejects.toThrow(DaemonError);
  starting = false;
  await expect.poll(() => timers.size).toBe(0);
});

test("a stop that takes too long is told, and closes what is still open", async () => {
  const daemon = await startDaemon({
    addr: "127.0.0.1:0",
    log: "memory:",
    logging: { level: "silent" },
    shutdown: { deadlineMs: 200 },
  });
  const client = connect(daemon.address.port, daemon.address.host);
  // A request without end is one that the server waits for.
  client.write("POST /api/v1/topics/a/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n");
  client.write("Content-Length: 10\r\n\r\n{");
  await once(client, "connect");
  await ask(daemon, "/api/v1/health/live");
  await expect(daemon.stop()).rejects.toThrow("stop: took longer than 200 ms (shutdown.deadlineMs)");
  // Sooner than clients who take their leave would have had to.
  await expect.poll(() => client.closed, { timeout: 1_200 }).toBe(true);
});

test("profiles, private topics and limits of the configuration hold", async () => {
  const daemon = await start({
    profiles: [
      {
        name: "public",
        topics: ["news.>"],
        filter: { not: { exact: { draft: true } } },
        transform: ({ type, attributes }) => ({ type, attributes, data: "redacted" }),
      },
    ],
    privateTopics: ["chat.>"],
    limits: { patterns: 2 },
  });
  await daemon.hub.publish("news.a", { type: "n", data: "secret" });
  await daemon.hub.publish("news.a", { type: "n", attributes: { draft: true } });
  await daemon.hub.publish("chat.b", { type: "c" });
  const open = JSON.parse((await ask(daemon, "/api/v1/events")).text);
  expect(open.events).toMatchObject([{ topic: "news.a" }, { topic: "news.a" }]);
  expect(open.events).toHaveLength(2);
  const profile = JSON.parse((await ask(daemon, "/api/v1/events?profile=public")).text);
  expect(profile.events).toMatchObject([{ data: "redacted" }]);
  expect((await ask(daemon, "/api/v1/events?topic=a&topic=b&topic=c")).status).toBe(429);
});

test("retention removes what is too much of a topic", async () => {
  const daemon = await start({ retention: { rules: [{ topics: "a.>", maxEvents: 2 }], everyMs: 100 } });
  for (const topic of ["a.b", "a.b", "a.b", "c", "c", "c"]) await daemon.hub.publish(topic, { type: "t" });
  await expect
    .poll(async () => (await daemon.hub.topics()).map(({ topic, events }) => `${topic} ${events}`), { timeout: 10_000 })
    .toEqual(["a.b 2", "c 3"]);
});

test("tokens of a secret and of a key set are taken side by side, each by its own rules", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwks = join(await folder(), "keys.json");
  await writeFile(jwks, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "k", alg: "ES256" }] }));
  const daemon = await start({ auth: { secret: SECRET, jwks, issuer: "https://issuer.test" } });
  const grants = [{ do: ["subscribe" as const], topics: [">"] }];
  const sign = (issuer: string) =>
    new SignJWT({ sub: "me", grants })
      .setProtectedHeader({ alg: "ES256", kid: "k" })
      .setIssuer(issuer)
      .sign(privateKey);
  const own = await createToken({ secret: SECRET, sub: "me", grants, expiresIn: 60 });
  const statusOf = async (token?: string) => (await ask(daemon, "/api/v1/events", token)).status;
  expect(daemon.open).toBe(false);
  expect(await statusOf()).toBe(401);
  expect(await statusOf(own)).toBe(200);
  expect(await statusOf(await sign("https://issuer.test"))).toBe(200);
  expect(await statusOf(await sign("https://other.test"))).toBe(401);
  expect((await ask(daemon, "/metrics", own)).status).toBe(403);
});

test("an application's own authenticator is asked beside the tokens", async () => {
  const grants = [{ do: ["subscribe" as const], topics: [">" as Pattern] }];
  const authenticator: Authenticator = {
    async authenticate({ cookie }) {
      if (cookie === undefined) return undefined;
      if (cookie !== "session=s1") throw new FanfareError("unauthenticated", "the session is over");
      return { sub: "ada", kind: "user", grants, profiles: ["default"] };
    },
  };
  const daemon = await start({ auth: { secret: SECRET, authenticator } });
  const withCookie = (cookie: string) => ask(daemon, "/api/v1/events", undefined, { headers: { cookie } });
  expect((await withCookie("session=s1")).status).toBe(200);
  expect((await withCookie("session=s2")).text).toContain("the session is over");
  const token = await createToken({ secret: SECRET, sub: "me", grants, expiresIn: 60 });
  expect((await ask(daemon, "/api/v1/events", token)).status).toBe(200);
  expect((await ask(daemon, "/api/v1/events")).status).toBe(401);
});

test("contracts of the configuration hold for what comes over HTTP", async () => {
  const orders = defineTopic("orders.*", { "order.paid": z.object({ total: z.number() }) });
  const daemon = await start({ topics: [orders] });
  const publish = (body: object) =>
    ask(daemon, "/api/v1/topics/orders.eu/events", undefined, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect((await publish({ type: "order.paid", data: { total: 12 } })).status).toBe(201);
  const { status, text } = await publish({ type: "order.paid", data: { total: "12" } });
  expect([status, JSON.parse(text).code]).toEqual([422, "schema_mismatch"]);
  expect((await publish({ type: "order.lost", data: {} })).status).toBe(422);
});

test("compression and the size of a delivery are what the configuration says", async () => {
  const daemon = await start({
    flush: { events: 2 },
    websocket: { perMessageDeflate: { serverNoContextTakeover: true, threshold: 0 } },
  });
  const drafts = [1, 2, 3, 4, 5].map((n) => ({ type: "t", data: n }));
  for (const draft of drafts) await daemon.hub.publish("a", draft);
  const client = await connectWs(`${daemon.url.replace("http", "ws")}/api/v1/ws`, { deflate: true });
  expect(client.socket.extensions).toBe("permessage-deflate");
  await client.request("subscribe", { subscription: "1", topics: ["a"], after: "start" });
  const sizes = (): readonly number[] => client.deliveries("1").map(({ events }) => events.length);
  await client.until(() => (sizes().reduce((sum, size) => sum + size, 0) === 5 ? true : undefined));
  expect(sizes().filter((size) => size > 0)).toEqual([2, 2, 1]);
  await client.close();
});

test("an empty auth asks for the tokens of the key beside the database", async () => {
  const db = join(await folder(), "fanfare.db");
  const daemon = await start({ log: undefined, db, auth: {} });
  expect((await ask(daemon, "/api/v1/events")).status).toBe(401);
  expect(daemon.open).toBe(false);
});

/** `fetch` would put its own name into the header. */
function statusFor(host: string, daemon: Daemon): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const url = `${daemon.url}/api/v1/health/live`;
    get(url, { headers: { host } }, (response) => resolve(response.resume().statusCode)).on("error", reject);
  });
}

test("names and origins of the configuration are let in, others are not", async () => {
  const daemon = await start({ hosts: ["events.test"], origins: ["https://app.test"] });
  const publish = (headers: Record<string, string>) =>
    ask(daemon, "/api/v1/topics/a/events", undefined, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: '{"type":"t"}',
    });
  expect((await publish({ origin: "https://app.test" })).status).toBe(201);
  expect((await publish({ origin: "https://evil.test" })).status).toBe(403);
  expect(await statusFor("events.test", daemon)).toBe(200);
  expect(await statusFor("evil.test", daemon)).toBe(421);
});
