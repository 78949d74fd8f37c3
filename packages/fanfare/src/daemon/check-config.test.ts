import { DEFAULT_LIMITS } from "@fanfare/protocol";
import { expect, test } from "vitest";
import { defineApp } from "../apps/app.ts";
import { checkConfig } from "./check-config.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./config-error.ts";

const notes = defineApp({ name: "notes", routes: {}, service: () => ({}) });
const withProfile = (name: string) =>
  defineApp({ name, profiles: [{ name: "brief" }], routes: {}, service: () => ({}) });
const check = (config: unknown) => checkConfig(config as Config, (key) => ({ kind: "file", name: `file, key ${key}` }));

test("an empty configuration is a good one", () => {
  expect(check({})).toMatchObject({
    addr: "127.0.0.1:3001",
    db: ".fanfare/fanfare.db",
    sync: "full",
    limits: DEFAULT_LIMITS,
    heartbeatMs: 15_000,
    stallTimeoutMs: 30_000,
    tailBytes: 33_554_432,
    replayCacheBytes: 8_388_608,
    flush: { bytes: 65_536, events: 500 },
    websocket: { pingMs: 15_000, pendingRequests: 64, perMessageDeflate: false },
  });
});

test("checked settings are a good configuration with the same meaning", () => {
  const settings = check({
    profiles: [{ name: "public", topics: ["news.>"], delivery: { policy: "latest", keep: 3 } }],
    retention: { rules: [{ topics: ">", maxEvents: 10 }] },
    limits: { patterns: 2 },
    flush: { events: 10 },
    websocket: { idleMs: 60_000, perMessageDeflate: { serverNoContextTakeover: true, serverMaxWindowBits: 10 } },
  });
  expect(check(settings)).toEqual(settings);
});

test("limits that are not given keep their defaults", () => {
  expect(check({ limits: { patterns: 2, frameBytes: undefined } }).limits).toEqual({ ...DEFAULT_LIMITS, patterns: 2 });
});

test.each([
  [{ adr: "x" }, /^unknown key adr; allowed: addr, db, log, .*\(from file, key adr\)$/],
  [{ limits: { topicByte: 1 } }, /^unknown key limits\.topicByte; allowed: eventBytes, .*key limits\.topicByte\)$/],
  [{ addr: "localhost" }, /^addr: expected HOST:PORT, such as .*, got 'localhost' \(from file, key addr\)$/],
  [{ addr: "localhost:70000" }, /^addr: expected HOST:PORT/],
  [{ db: "" }, /^db: expected text that is not empty, got ''/],
  [{ log: "redis://x" }, /^log: expected "memory:"/],
  [{ sync: "none" }, /^sync: expected "full" or "normal", got 'none'/],
  [{ auth: { jwks: "ftp://x" } }, /^auth\.jwks: expected an https address, a file, .*, got 'ftp:\/\/x'/],
  [{ auth: { authenticator: () => undefined } }, /^auth\.authenticator: expected an object with a method authenticate/],
  [{ topics: [{ pattern: "orders.*" }] }, /^topics\[0\]: expected a contract made by defineTopic/],
  [{ hosts: ["http://a"] }, /^hosts\[0\]: expected a host name without scheme and port/],
  [{ origins: ["https://a/"] }, /^origins\[0\]: expected an origin, such as https:\/\/app\.example\.org/],
  [{ profiles: [{ name: "a b" }] }, /^profiles\[0\]\.name: expected a name of letters/],
  [{ profiles: [{ name: "a" }, { name: "a" }] }, /^profiles: expected names that differ/],
  [{ profiles: [{ name: "a", topics: ["a..b"] }] }, /^profiles\[0\]\.topics\[0\]: pattern: "a\.\.b" is not a topic/],
  [{ profiles: [{ name: "a", filter: { exakt: {} } }] }, /^profiles\[0\]\.filter: filter/],
  [{ profiles: [{ name: "a", transform: 1 }] }, /^profiles\[0\]\.transform: expected a function of an event/],
  [
    { profiles: [{ name: "a", delivery: { policy: "late" } }] },
    /^profiles\[0\]\.delivery: expected \{policy: "complete"\}/,
  ],
  [
    { profiles: [{ name: "a", delivery: { policy: "latest", keep: 501 } }] },
    /^profiles\[0\]\.delivery\.keep: expected a whole number from 1 to 500, got 501/,
  ],
  [
    { apps: [{ name: "notes" }] },
    /^apps\[0\]: expected an app made by defineApp, got \{ name: 'notes' \} \(from file, key apps\[0\]\)$/,
  ],
  [{ apps: [notes, notes] }, /^apps: expected apps whose names differ/],
  [{ relay: { pollMs: 1 } }, /^relay\.pollMs: expected a whole number from 10 to 60000 \(milliseconds\), got 1/],
  [{ relay: { poll: 1 } }, /^unknown key relay\.poll; allowed: pollMs, batch, /],
  [{ relay: { retryBaseMs: 500, retryMaxMs: 100 } }, /^relay: expected retryMaxMs of at least retryBaseMs/],
  [
    { profiles: [{ name: "brief" }], apps: [withProfile("notes"), withProfile("other")] },
    /^apps: the profile brief of notes is one of profiles, too \(from file, key apps\)$/,
  ],
  [{ apps: [withProfile("notes"), withProfile("other")] }, /^apps: the profile brief of other is one of notes, too/],
  [{ privateTopics: "chat.>" }, /^privateTopics: expected a list, got 'chat\.>'/],
  [{ limits: { eventBytes: 0 } }, /^limits\.eventBytes: expected a whole number from 1 to/],
  [{ heartbeatMs: "15s" }, /^heartbeatMs: expected a whole number from 100 to 600000 \(milliseconds\), got '15s'/],
  [{ stallTimeoutMs: 1 }, /^stallTimeoutMs: expected a whole number from 100/],
  [{ tailBytes: 1.5 }, /^tailBytes: expected a whole number from 1024/],
  [{ replayCacheBytes: -1 }, /^replayCacheBytes: expected a whole number from 0 .*\(bytes\), got -1/],
  [{ flush: { bytes: 1 } }, /^flush\.bytes: expected a whole number from 1024/],
  [{ flush: { events: 0 } }, /^flush\.events: expected a whole number from 1 /],
  [{ flush: 500 }, /^flush: expected an object of bytes, events, got 500/],
  [{ websocket: { pongMs: 1 } }, /^unknown key websocket\.pongMs; allowed: pingMs, idleMs, pendingRequests, perM/],
  [{ websocket: { pingMs: 1 } }, /^websocket\.pingMs: expected a whole number from 100/],
  [{ websocket: { idleMs: 1 } }, /^websocket\.idleMs: expected a whole number from 100/],
  [{ websocket: { pendingRequests: 0 } }, /^websocket\.pendingRequests: expected a whole number from 1/],
  [{ websocket: { perMessageDeflate: 1 } }, /^websocket\.perMessageDeflate: expected true, false or an object of s/],
  [
    { websocket: { perMessageDeflate: { serverMaxWindowBits: 16 } } },
    /^websocket\.perMessageDeflate\.serverMaxWindowBits: expected a whole number from 8 to 15, got 16/,
  ],
  [
    { websocket: { perMessageDeflate: { treshold: 1 } } },
    /^unknown key websocket\.perMessageDeflate\.treshold; allowed: serverNoContextTakeover, /,
  ],
  [{ retention: { rules: [{ topics: ">" }] } }, /^retention\.rules\[0\]: expected at least one of maxAgeMs/],
  [{ retention: { rules: [], everyMs: 1 } }, /^retention\.everyMs: expected a whole number from 100/],
  [{ logging: { level: "loud" } }, /^logging\.level: expected "trace", .*, got 'loud'/],
  [{ logging: { pretty: 1 } }, /^logging\.pretty: expected true or false, got 1/],
  [{ shutdown: { spreadMs: -1 } }, /^shutdown\.spreadMs: expected a whole number from 0/],
  [{ shutdown: 5 }, /^shutdown: expected an object of spreadMs, deadlineMs, got 5/],
  ["text", /^config: expected an object of addr, db/],
])("%j is refused in words that name key, source and what is allowed", (config, message) => {
  expect(() => check(config)).toThrow(ConfigError);
  expect(() => check(config)).toThrow(message);
});

test("an address that others can reach needs authentication", () => {
  expect(() => check({ addr: "0.0.0.0:3001" })).toThrow(/^addr: 0\.0\.0\.0 can be reached from other machines/);
  expect(check({ addr: "0.0.0.0:3001", auth: {} })).toMatchObject({ addr: "0.0.0.0:3001" });
});

test("a key is never repeated in a message", () => {
  const secrets = [{ auth: { secret: "hunter2" } }, { auth: "hunter2" }, { auth: ["hunter2"] }];
  for (const config of secrets) {
    expect(() => check(config)).toThrow(/^auth/);
    expect(() => check(config)).not.toThrow(/hunter2/);
  }
});
