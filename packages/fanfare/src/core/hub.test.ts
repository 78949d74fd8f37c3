import { describe, expect, it } from "vitest";
import type { Pattern } from "@fanfare/protocol";
import { createFixture } from "../../testing/hub-fixture.ts";
import { OPEN, type Grant, type Identity } from "./identity.ts";
import { readingPage } from "./reading.ts";
import type { HubCoreOptions } from "./options.ts";
import { memoryLog, memoryState } from "../memory.ts";

const pattern = (text: string): Pattern => text as Pattern;

function user(sub: string, grants: readonly Grant[], rest: Partial<Identity> = {}): Identity {
  return { sub, kind: "user", grants, profiles: [], ...rest };
}

const reader = (sub: string, topics: readonly string[], rest: Partial<Identity> = {}): Identity =>
  user(sub, [{ do: ["subscribe"], topics: topics.map(pattern) }], rest);

describe("publishing", () => {
  it("answers id, position, time and whether the event was there before", async () => {
    const { hub } = createFixture();
    const first = await hub.publish("a", { type: "t", id: "one", time: "2026-01-31T12:00:00+01:00", data: { n: 1 } });
    expect(first.events).toEqual([{ id: "one", position: 1, time: "2026-01-31T11:00:00.000Z", duplicate: false }]);
    const again = await hub.publish("a", { type: "t", id: "one", data: { n: 1 } });
    expect(again.events).toEqual([{ id: "one", position: 1, time: "2026-01-31T11:00:00.000Z", duplicate: true }]);
    await expect(hub.publish("a", { type: "t", id: "one", data: { n: 2 } })).rejects.toMatchObject({
      code: "id_conflict",
    });
  });

  it("has told its subscribers' broker before it resolves, so that who subscribes next begins after it", async () => {
    const { hub, join } = createFixture();
    await hub.publish("a", { type: "t" });
    const { client } = await join({ topics: ["a"], after: "now" });
    expect(client.deliveries).toEqual([]);
  });

  it("refuses more events than the limit, and none", async () => {
    const { hub } = createFixture({ limits: { publishEvents: 2 } });
    const event = { type: "t" };
    await expect(hub.publish("a", [event, event, event])).rejects.toMatchObject({
      code: "payload_too_large",
      message: "events: has 3, at most 2 are allowed",
    });
    await expect(hub.publish("a", [])).rejects.toMatchObject({ code: "invalid_request" });
    expect((await hub.health()).log.last).toBe(0);
  });

  it("holds an identity to its publish rate and lets it go on later", async () => {
    const { hub, runtime } = createFixture({ limits: { publishRate: 2 } });
    const as = user("u", [{ do: ["publish"], topics: [pattern(">")] }]);
    await hub.publish("a", [{ type: "t" }, { type: "t" }], { as });
    await expect(hub.publish("a", { type: "t" }, { as })).rejects.toMatchObject({ code: "rate_limited" });
    await runtime.advance(1_000);
    await hub.publish("a", { type: "t" }, { as });
  });

  it("lets a publish grant's filter decide for each event", async () => {
    const { hub } = createFixture();
    const as = user("u", [{ do: ["publish"], topics: [pattern("a")], filter: { exact: { kind: "ok" } } }]);
    await hub.publish("a", { type: "t", attributes: { kind: "ok" } }, { as });
    await expect(hub.publish("a", { type: "t", attributes: { kind: "no" } }, { as })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(hub.publish("b", { type: "t", attributes: { kind: "ok" } }, { as })).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});

describe("where a subscription begins", () => {
  it("goes on from a cursor without gap or duplicate", async () => {
    const { join, publish } = createFixture();
    const first = await join({ topics: ["a"], after: "start" });
    await publish("a", 3);
    const cursor = first.client.deliveries.at(-1)?.cursor;
    first.session.closed();
    await publish("a", 3);
    const second = await join({ topics: ["a"], after: cursor ?? "", scope: first.scope });
    expect(second.recovered).toBe(true);
    expect(second.client.positions).toEqual([4, 5, 6]);
    expect(second.client.deliveries[0]?.prev).toBe(cursor);
  });

  it.each(["zzz:2", "%epoch%:99"])(
    "tells a cursor of another epoch or of the future (%s) as reset and reads from the start",
    async (template) => {
      const { join, publish, hub } = createFixture();
      await publish("a", 2);
      const after = template.replace("%epoch%", (await hub.health()).log.epoch);
      const { client, recovered, cursor } = await join({ topics: ["a"], after });
      expect(recovered).toBe(false);
      expect(cursor).toBe(after);
      expect(client.deliveries[0]).toMatchObject({ prev: after, gap: { reason: "reset", to: 0 }, entries: [] });
      expect(client.positions).toEqual([1, 2]);
      const page = await hub.read({ topics: ["a"], after });
      expect(readingPage(page)).toMatchObject({
        prev: after,
        gap: { reason: "reset", to: 0 },
        complete: true,
        events: [{ position: 1 }, { position: 2 }],
      });
    },
  );

  it("tells a cursor that was made under another scope", async () => {
    const { join, publish } = createFixture();
    const first = await join({ topics: ["a"], after: "start" });
    await publish("a", 2);
    const cursor = first.client.deliveries.at(-1)?.cursor ?? "";
    const wider = await join({ topics: [">"], after: cursor, scope: first.scope });
    expect(wider.recovered).toBe(false);
    expect(wider.client.deliveries[0]?.gap).toEqual({ reason: "scope", from: 0, to: 2 });
  });

  it("tells what retention took, and delivers the rest", async () => {
    const log = memoryLog();
    const { join, publish, hub } = createFixture({ log, tailBytes: 1 });
    await publish("a", 4);
    await publish("b", 1);
    await log.trim({ rules: [{ topics: pattern("a"), maxEvents: 1 }], now: 0 });
    const { client, recovered } = await join({ topics: ["a"], after: "start" });
    expect(recovered).toBe(false);
    expect(client.deliveries[0]?.gap).toEqual({ reason: "trimmed", from: 0, to: 3 });
    expect(client.positions).toEqual([4]);
    const untouched = await join({ topics: ["b"], after: "start" });
    expect(untouched.recovered).toBe(true);
    expect(readingPage(await hub.read({ topics: ["a"] })).gap).toEqual({ reason: "trimmed", from: 0, to: 3 });
  });

  it("says where the log ends, in its own epoch also after a reset", async () => {
    const { join, publish, hub } = createFixture();
    await publish("a", 3);
    const { epoch } = (await hub.health()).log;
    for (const after of ["start", "now", `${epoch}:2`, `${epoch}:99`, "zzz:7"])
      expect((await join({ topics: ["a"], after })).head).toBe(`${epoch}:3`);
    await publish("b", 1);
    expect((await join({ topics: ["a"], after: "start" })).head).toBe(`${epoch}:4`);
  });

  it.each([
    ["a cursor", "%epoch%:1"],
    ["a cursor of another epoch", "zzz:7"],
    ["the start", "start"],
  ])("is told at once that it has caught up from %s, also when nothing matched last", async (_place, template) => {
    const { join, publish, hub } = createFixture();
    await publish("a", 1);
    await publish("b", 3);
    const after = template.replace("%epoch%", (await hub.health()).log.epoch);
    const { client, head } = await join({ topics: ["a"], after });
    expect(client.deliveries.at(-1)?.cursor).toBe(head);
  });

  it("is told nothing when it begins at the head", async () => {
    const { join, publish } = createFixture();
    await publish("b", 3);
    const { client, cursor, head } = await join({ topics: ["a"], after: "now" });
    expect(cursor).toBe(head);
    expect(client.told).toEqual([]);
  });

  it("refuses what is no cursor", async () => {
    const { join } = createFixture();
    await expect(join({ topics: ["a"], after: "yesterday" })).rejects.toMatchObject({ code: "invalid_cursor" });
  });
});

describe("reading by pages", () => {
  it("gives pages whose cursors chain up to complete", async () => {
    const { hub, publish } = createFixture();
    await publish("a", 5);
    const first = await hub.read({ topics: ["a"], limit: 3 });
    const second = await hub.read({ topics: ["a"], limit: 3, after: first.cursor });
    expect([first.complete, second.complete]).toEqual([false, true]);
    expect(second.prev).toBe(first.cursor);
    expect([...first.entries, ...second.entries].map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
  });

  it("waits for the first match and for nothing else", async () => {
    const { hub, runtime, publish } = createFixture();
    const page = hub.read({ topics: ["a"], after: "now", waitMs: 60_000 });
    await publish("b", 3);
    await runtime.advance(30_000);
    await publish("a", 1);
    expect(readingPage(await page)).toMatchObject({ events: [{ position: 4 }], complete: true });
  });

  it("answers an empty page when the wait is over, complete up to where it looked", async () => {
    const { hub, runtime, publish } = createFixture();
    const page = hub.read({ topics: ["a"], after: "now", waitMs: 1_000 });
    await publish("b", 3);
    await runtime.advance(1_000);
    const { entries, cursor, complete } = await page;
    expect({ entries, complete }).toEqual({ entries: [], complete: true });
    expect(cursor.endsWith(":3")).toBe(true);
  });

  it("ends a wait when the hub drains", async () => {
    const { hub, runtime } = createFixture();
    const page = hub.read({ topics: ["a"], after: "now", waitMs: 60_000 });
    await runtime.settle();
    const drained = hub.drain({ reason: "restart", spreadMs: 0 });
    await runtime.settle();
    await drained;
    expect((await page).entries).toEqual([]);
  });

  it("waits for nothing on a hub that drains", async () => {
    const { hub, runtime } = createFixture();
    const drained = hub.drain({ reason: "restart", spreadMs: 0 });
    await runtime.settle();
    await drained;
    expect((await hub.read({ topics: ["a"], after: "now", waitMs: 60_000 })).entries).toEqual([]);
  });

  it("ends a wait when the credential is revoked", async () => {
    const { hub, runtime } = createFixture();
    const page = hub.read({ topics: ["a"], after: "now", waitMs: 60_000 }, { as: reader("u", ["a"], { issued: 1 }) });
    await runtime.settle();
    await Promise.all([expect(page).rejects.toMatchObject({ code: "token_revoked" }), hub.revoke({ sub: "u" })]);
  });

  it("ends a wait with the credential", async () => {
    const { hub, runtime } = createFixture();
    const as = reader("u", ["a"], { expires: runtime.now() + 5_000 });
    const page = hub.read({ topics: ["a"], after: "now", waitMs: 60_000 }, { as });
    await runtime.settle();
    await Promise.all([expect(page).rejects.toMatchObject({ code: "token_expired" }), runtime.advance(5_000)]);
  });

  it.each([{ limit: 0 }, { limit: 1_001 }, { limit: 1.5 }, { waitMs: 60_001 }, { waitMs: -1 }])(
    "refuses %o",
    async (params) => {
      const { hub } = createFixture();
      await expect(hub.read(params)).rejects.toMatchObject({ code: "invalid_request" });
    },
  );
});

describe("access", () => {
  it("refuses a subscription that is not wholly granted and names the pattern", async () => {
    const { join } = createFixture();
    await expect(join({ topics: ["a.b", "a.>"], identity: reader("u", ["a.*"]) })).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining('"a.>"'),
    });
    await expect(join({ topics: ["a"], identity: user("u", []) })).rejects.toMatchObject({ code: "forbidden" });
  });

  it("hides private topics from wide subscriptions and refuses to name them without an explicit grant", async () => {
    const { join, publish, hub } = createFixture({ privates: ["secret.>"] });
    const open = await join({ topics: [">"], identity: OPEN });
    const named = await join({ topics: ["secret.>"], identity: reader("u", ["secret.>"]) });
    const wide = await join({ topics: [">"], identity: reader("w", [">"]) });
    await publish("secret.a", 1);
    await publish("open", 1);
    expect(open.client.positions).toEqual([2]);
    expect(wide.client.positions).toEqual([2]);
    expect(named.client.positions).toEqual([1]);
    await expect(join({ topics: ["secret.a"], identity: OPEN })).rejects.toMatchObject({ code: "forbidden" });
    await expect(hub.publish("secret.a", { type: "t" }, { as: OPEN })).rejects.toMatchObject({ code: "forbidden" });
    expect((await hub.topics({}, { as: OPEN })).map(({ topic }) => topic)).toEqual(["open"]);
    expect((await hub.read({}, { as: OPEN })).entries.map(({ topic }) => topic)).toEqual(["open"]);
    const shown = hub
      .connections({ as: OPEN })
      .flatMap(({ subscriptions }) => subscriptions.flatMap(({ topics }) => topics));
    expect(shown).not.toContain("secret.>");
  });

  it("applies a grant's filter to live events, replay, counts and signals", async () => {
    const { join, publish, hub, runtime } = createFixture({ tailBytes: 1 });
    const as = user("u", [{ do: ["subscribe"], topics: [pattern("a")], filter: { exact: { team: "x" } } }]);
    await publish("a", 1, { team: "x" });
    await publish("a", 1, { team: "y" });
    const { client, session } = await join({
      topics: ["a"],
      after: "start",
      identity: as,
      delivery: { policy: "latest", keep: 1 },
    });
    client.takes = false;
    for (let n = 0; n < 3; n += 1) for (const team of ["x", "y"]) await publish("a", 1, { team });
    hub.signal({ topic: "a", type: "s", attributes: { team: "y" } });
    client.takes = true;
    session.ready();
    await runtime.settle();
    hub.signal({ topic: "a", type: "s", attributes: { team: "y" } });
    hub.signal({ topic: "a", type: "s", attributes: { team: "x" } });
    await runtime.settle();
    expect(client.positions).toEqual([1, 3, 7]);
    expect(client.deliveries.at(-1)?.gap?.dropped).toBe(1);
    expect(client.signals.map(({ attributes }) => attributes)).toEqual([{ team: "x" }]);
  });

  it("closes a connection when its credential expires", async () => {
    const { join, runtime } = createFixture();
    const { client } = await join({ topics: ["a"], identity: reader("u", ["a"], { expires: runtime.now() + 10_000 }) });
    await runtime.advance(9_000);
    expect(client.closed).toBeUndefined();
    await runtime.advance(1_000);
    expect(client.closed).toEqual({ code: 4401, message: "token_expired" });
  });

  it("revokes by sub and by jti, durably, and says how many connections it closed", async () => {
    const state = memoryState();
    const { join, hub, runtime } = createFixture({ state });
    const issued = runtime.now() - 1;
    const mine = await join({ topics: ["a"], identity: reader("u", ["a"], { issued, jti: "j1" }) });
    const other = await join({ topics: ["a"], identity: reader("v", ["a"], { issued, jti: "j2" }) });
    expect(await hub.revoke({ sub: "u" })).toEqual({ closed: 1 });
    expect(mine.client.closed).toEqual({ code: 4401, message: "token_revoked" });
    expect(other.client.closed).toBeUndefined();
    expect(await hub.revoke({ jti: "j2" })).toEqual({ closed: 1 });
    await expect(hub.requireValid(reader("u", ["a"], { issued: runtime.now() + 1 }))).resolves.toBeUndefined();
    const restarted = createFixture({ state });
    await expect(restarted.hub.requireValid(reader("u", ["a"], { issued }))).rejects.toMatchObject({
      code: "token_revoked",
    });
    await expect(restarted.hub.requireValid(reader("u", ["a"]))).rejects.toMatchObject({ code: "token_revoked" });
  });

  it("forgets no refusal early: an end that is over is refused, an earlier one shortens nothing", async () => {
    const state = memoryState();
    const { hub, runtime } = createFixture({ state });
    const seconds = Math.floor(runtime.now() / 1000);
    await expect(hub.revoke({ sub: "u", exp: seconds - 1 })).rejects.toMatchObject({ code: "invalid_request" });
    await hub.revoke({ sub: "u" });
    await hub.revoke({ sub: "u", exp: seconds + 60 });
    const [refusal] = await state.list("revoked:");
    expect(JSON.parse(refusal?.value ?? "{}").expires).toBeGreaterThan(runtime.now() + 365 * 24 * 60 * 60 * 1000);
  });

  it("lets no credential in before it is known which are refused", async () => {
    const { hub } = createFixture();
    const as = user("u", [{ do: ["signal"], topics: [pattern("a")] }]);
    expect(() => hub.signal({ topic: "a", type: "s" }, { as })).toThrow(
      expect.objectContaining({ code: "unavailable" }),
    );
    await hub.ready();
    hub.signal({ topic: "a", type: "s" }, { as });
  });

  it("needs admin to revoke and to see connections", async () => {
    const { hub } = createFixture();
    await hub.ready();
    const as = reader("u", [">"]);
    await expect(hub.revoke({ sub: "v" }, { as })).rejects.toMatchObject({ code: "forbidden" });
    expect(() => hub.connections({ as })).toThrow(expect.objectContaining({ code: "forbidden" }));
  });

  it("renew narrows and widens open subscriptions at once", async () => {
    const { join, publish, runtime } = createFixture();
    const { client, session } = await join({ topics: ["a.*"], identity: reader("u", ["a.>"]) });
    const narrowed: Identity = user("u", [
      { do: ["subscribe"], topics: [pattern("a.>")], filter: { exact: { k: "1" } } },
    ]);
    expect(Object.keys(session.renew(narrowed).scopes)).toEqual(["1"]);
    await runtime.settle();
    await publish("a.b", 1, { k: "1" });
    await publish("a.b", 1, { k: "2" });
    expect(client.positions).toEqual([1]);
    expect(client.deliveries[0]?.gap?.reason).toBe("scope");
    session.renew(reader("u", ["b"]));
    await runtime.settle();
    expect(client.told.at(-1)).toMatchObject({ kind: "ended", subscription: "1", code: "forbidden" });
    expect(() => session.renew(reader("v", ["a.>"]))).toThrow(expect.objectContaining({ code: "forbidden" }));
  });

  it("ends the subscriptions of a lost membership and leaves the connection", async () => {
    const { join, hub, runtime, publish } = createFixture();
    const { client } = await join({ topics: ["a.b"], identity: reader("u", ["a.>"]) });
    expect(hub.endSubscriptions({ sub: "u", topics: ["a.*"] })).toBe(1);
    await publish("a.b", 1);
    await runtime.settle();
    expect(client.told).toEqual([expect.objectContaining({ kind: "ended", code: "forbidden" })]);
    expect(client.closed).toBeUndefined();
  });
});

describe("profiles", () => {
  const redacted: Partial<HubCoreOptions> = {
    profiles: [
      {
        name: "public",
        topics: [pattern("a.>")],
        filter: { not: { exact: { hidden: true } } },
        transform: ({ type, data }) => ({ type, attributes: {}, data: { size: JSON.stringify(data).length } }),
      },
    ],
  };

  it("narrow, filter and redact on purpose", async () => {
    const { join, hub, runtime } = createFixture(redacted);
    const { client } = await join({ topics: [">"], profile: "public" });
    await hub.publish("a.b", { type: "t", attributes: { customer: "c1" }, data: { secret: 1 } });
    await hub.publish("a.b", { type: "t", attributes: { hidden: true } });
    await hub.publish("b", { type: "t" });
    await runtime.settle();
    expect(client.positions).toEqual([1]);
    const [event] = client.deliveries.flatMap(({ entries }) => entries.map(({ json }) => JSON.parse(json)));
    expect(event).toMatchObject({ attributes: {}, data: { size: 12 } });
  });

  it("let no filter of a client ask out what the transform takes away", async () => {
    const { join, hub, runtime } = createFixture(redacted);
    const { client } = await join({ topics: [">"], profile: "public", filter: { exact: { customer: "c1" } } });
    await hub.publish("a.b", { type: "t", attributes: { customer: "c1" } });
    await runtime.settle();
    expect(client.positions).toEqual([]);
  });

  it("show an event without attributes and data when the transform throws, and report it once", async () => {
    const errors: string[] = [];
    const transform = (): never => {
      throw new Error("broken");
    };
    const { join, hub, runtime } = createFixture({
      profiles: [{ name: "p", transform }],
      onError: ({ message }) => errors.push(message),
    });
    const clients = await Promise.all([join({ topics: ["a"], profile: "p" }), join({ topics: ["a"], profile: "p" })]);
    await hub.publish("a", { type: "t", id: "x", attributes: { secret: 1 }, data: "secret" });
    await runtime.settle();
    for (const { client } of clients) expect(client.deliveries[0]?.entries[0]?.json).not.toContain("secret");
    expect(errors).toEqual(["transform: failed for the event x"]);
  });

  it("are allowed by the credential, or refused", async () => {
    const { join } = createFixture(redacted);
    await expect(
      join({ topics: ["a.>"], profile: "public", identity: reader("u", ["a.>"], { profiles: ["other"] }) }),
    ).rejects.toMatchObject({ code: "forbidden" });
    await expect(join({ topics: ["a.>"], profile: "nope" })).rejects.toMatchObject({ code: "profile_unknown" });
  });
});

describe("signals", () => {
  it("reach live subscribers but not the sender's connection, and are nowhere kept", async () => {
    const { join, hub, runtime } = createFixture();
    const sender = await join({ topics: ["a"] });
    const other = await join({ topics: ["a"], filter: { exact: { type: "typing" } } });
    sender.session.signal({ topic: "a", type: "typing", data: { by: "x" } });
    sender.session.signal({ topic: "a", type: "presence" });
    await runtime.settle();
    expect(sender.client.told).toEqual([]);
    expect(other.client.signals).toEqual([
      expect.objectContaining({ subscription: "1", topic: "a", type: "typing", data: { by: "x" }, from: "root" }),
    ]);
    expect((await hub.health()).log.last).toBe(0);
  });

  it("are dropped for a connection that takes nothing", async () => {
    const { join, hub, runtime, publish } = createFixture();
    const { client } = await join({ topics: ["a"] });
    client.takes = false;
    await publish("a", 1);
    hub.signal({ topic: "a", type: "s" });
    await runtime.settle();
    expect(client.writes.length).toBe(1);
  });
});

describe("limits", () => {
  it("hold subscriptions a connection, connections an identity and connections in all", async () => {
    const { join, hub } = createFixture({
      limits: { subscriptionsPerConnection: 1, connectionsPerIdentity: 1, connections: 2 },
    });
    const { session } = await join({ topics: ["a"], identity: reader("u", ["a"]) });
    await expect(session.subscribe({ subscription: "2", topics: ["a"] })).rejects.toMatchObject({
      code: "limit_exceeded",
    });
    await expect(session.subscribe({ subscription: "1", topics: ["a"] })).rejects.toMatchObject({
      code: "subscription_exists",
    });
    await expect(join({ topics: ["a"], identity: reader("u", ["a"]) })).rejects.toMatchObject({
      code: "limit_exceeded",
    });
    await join({ topics: ["a"], identity: reader("v", ["a"]) });
    expect(() => hub.admit()).toThrow(expect.objectContaining({ code: "overloaded" }));
  });

  it("hold patterns a subscription and know wrong policies", async () => {
    const { join } = createFixture();
    await expect(join({ topics: Array.from({ length: 65 }, (_, n) => `t${n}`) })).rejects.toMatchObject({
      code: "limit_exceeded",
    });
    await expect(join({ topics: [] })).rejects.toMatchObject({ code: "invalid_topic" });
    for (const delivery of [
      { policy: "latest", keep: 0 },
      { policy: "latest", keep: 501 },
      { policy: "conflate" },
      { policy: "newest" },
    ]) {
      await expect(join({ topics: ["a"], delivery })).rejects.toMatchObject({ code: "invalid_request" });
    }
  });
});

describe("health", () => {
  it("asks the writer once for all who ask within a second, and again later", async () => {
    const state = memoryState();
    const { hub, runtime } = createFixture({ state });
    const writes = async (): Promise<number> => (await state.get("health"))?.version ?? 0;
    await Promise.all(Array.from({ length: 100 }, () => hub.health()));
    await hub.health();
    expect(await writes()).toBe(1);
    await runtime.advance(1_000);
    await hub.health();
    expect(await writes()).toBe(2);
  });
});

describe("draining", () => {
  it("gives each connection its own slot, then closes all as going away, and takes nobody new", async () => {
    const { join, hub, runtime } = createFixture();
    const clients = await Promise.all(Array.from({ length: 4 }, () => join({ topics: ["a"] })));
    const drained = hub.drain({ reason: "restart", spreadMs: 8_000 });
    await runtime.settle();
    await drained;
    const slots = clients
      .map(({ client }) => client.told.at(-1))
      .map((told) => (told?.kind === "goaway" ? told.reconnectAfterMs : -1));
    expect(slots).toEqual([1_000, 3_000, 5_000, 7_000]);
    for (const { client } of clients) expect(client.closed?.code).toBe(1001);
    await expect(join({ topics: ["a"] })).rejects.toMatchObject({ code: "draining" });
  });
});
