import { FanfareError } from "@fanfare/protocol";
import { testHub, type TestHub } from "@fanfare/client/testing";
import { OPEN, type Identity } from "fanfare";
import { describe, expect, test } from "vitest";
import { SurroundingsUnderTest } from "../../testing/surroundings-under-test.ts";
import { createClient, eventStream, webSocket, type Client, type ConnectionState, type Transport } from "../index.ts";

/** All states that a connection is in from now on. */
function statesOf({ state }: Client): ConnectionState[] {
  const states = [state.value];
  state.watch((value) => void states.push(value));
  return states;
}

const names = (states: readonly ConnectionState[]): readonly string[] => states.map(({ state }) => state);
const isIn = (client: Client, state: ConnectionState["state"]) => (): boolean => client.state.value.state === state;

/** How long a client waits that is waiting. */
function pauseOf(hub: TestHub, { state: { value } }: Client): number {
  return value.state === "waiting" ? value.until - hub.runtime.now() : Number.NaN;
}

describe("a connection", () => {
  test("is idle until something is wanted, then connecting, catching up and live, and idle again when nothing is", async () => {
    await using hub = testHub();
    const client = hub.client({ lingerMs: 1_000 });
    const states = statesOf(client);
    await hub.advance(60_000);
    expect(names(states)).toEqual(["idle"]);
    const subscription = client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "live"));
    expect(names(states)).toEqual(["idle", "connecting", "catching-up", "live"]);
    subscription.close();
    await hub.advance(999);
    expect(client.state.value.state).toBe("live");
    await hub.advance(1);
    expect([client.state.value.state, hub.network.links]).toEqual(["idle", 0]);
  });

  test("goes on when somebody who watches it throws", async () => {
    await using hub = testHub();
    const client = hub.client();
    client.state.watch(({ state }) => {
      if (state === "connecting") throw new Error("a watcher's own");
    });
    expect(() => client.subscribe({ topics: ["a"] })).toThrow("a watcher's own");
    await hub.until(isIn(client, "live"));
    hub.network.cut();
    // The clock's task throws; what the state asks for is done all the same.
    await hub.advance(600).catch(() => undefined);
    await hub.until(isIn(client, "live"));
  });

  test("is catching up for as long as a subscription misses what was there before", async () => {
    await using hub = testHub();
    const client = hub.client();
    client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "live"));
    await hub.hub.publish("b", { type: "test" });
    const stopped = hub.network.drop({ to: "client", method: "deliver" });
    const states = statesOf(client);
    client.subscribe({ topics: ["b"], after: "start" });
    await hub.advance(2_000);
    expect(names(states)).toEqual(["live", "catching-up"]);
    stopped.end();
    await hub.until(isIn(client, "live"));
  });

  test("says until when it waits, and waits longer after each failure, at most as long as it may", async () => {
    await using hub = testHub();
    const client = hub.client({ pause: { firstMs: 1_000, longestMs: 4_000 } });
    hub.network.refuse();
    client.subscribe({ topics: ["a"] });
    const most: number[] = [];
    for (let failure = 1; failure <= 40; failure += 1) {
      await hub.until(isIn(client, "waiting"));
      const { value } = client.state;
      expect(value).toMatchObject({ attempt: failure + 1, reason: "not reached" });
      most.push(pauseOf(hub, client));
      await hub.until(() => client.state.value !== value);
    }
    expect(Math.max(...most.slice(0, 1))).toBeLessThanOrEqual(1_000);
    expect(Math.max(...most)).toBeLessThanOrEqual(4_000);
    expect(Math.max(...most)).toBeGreaterThan(2_000);
    expect(new Set(most).size).toBe(40);
  });

  test("comes back when the hub said, after a refusal with Retry-After", async () => {
    await using hub = testHub();
    const client = hub.client();
    hub.network.refuse({ status: 503, retryAfterMs: 7_000, times: 1 });
    client.subscribe({ topics: ["a"] });
    await hub.settle();
    expect(pauseOf(hub, client)).toBe(7_000);
    await hub.until(isIn(client, "live"), 7_000);
  });

  test("comes back at the slot that a hub gives which stops, and not before", async () => {
    await using hub = testHub();
    const client = hub.client();
    client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "live"));
    let slot = 0;
    hub.network.watch(({ frame }) => {
      if ("method" in frame && frame.method === "goaway") slot = frame.params.reconnectAfterMs;
    });
    await hub.restart({ spreadMs: 20_000 });
    await hub.until(isIn(client, "waiting"));
    expect(slot).toBeGreaterThan(0);
    expect(pauseOf(hub, client)).toBe(slot);
    const { tries } = hub.network;
    await hub.advance(slot - 1);
    expect(hub.network.tries).toBe(tries);
    await hub.until(isIn(client, "live"), 1);
  });

  test("waits without a network, tries now and then all the same, and comes back at once with it", async () => {
    await using hub = testHub();
    const surroundings = new SurroundingsUnderTest();
    const client = hub.client({ surroundings, pause: { firstMs: 500, longestMs: 20_000 } });
    client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "live"));
    const refusal = hub.network.refuse();
    surroundings.happen("offline");
    hub.network.cut();
    await hub.settle();
    expect(client.state.value).toEqual({ state: "offline" });
    const { tries } = hub.network;
    await hub.advance(20_000);
    expect([hub.network.tries, client.state.value.state]).toEqual([tries + 1, "offline"]);
    refusal.end();
    surroundings.happen("online");
    await hub.settle();
    expect(client.state.value.state).toBe("live");
  });

  test("is let go of when the page is put aside, and comes back with it", async () => {
    await using hub = testHub();
    const surroundings = new SurroundingsUnderTest();
    const client = hub.client({ surroundings });
    client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "live"));
    surroundings.happen("asleep");
    expect([client.state.value.state, hub.network.links]).toEqual(["offline", 0]);
    surroundings.happen("awake");
    await hub.settle();
    expect(client.state.value.state).toBe("live");
  });

  test("does not wait any longer when the machine wakes up", async () => {
    await using hub = testHub();
    const surroundings = new SurroundingsUnderTest();
    const client = hub.client({ surroundings });
    hub.network.refuse({ status: 503, retryAfterMs: 60_000, times: 1 });
    client.start();
    await hub.settle();
    expect(client.state.value.state).toBe("waiting");
    surroundings.happen("awake");
    await hub.settle();
    expect(client.state.value.state).toBe("live");
  });

  test("asks after a sleep whether its link lives, and gives up one that does not answer in five seconds", async () => {
    await using hub = testHub();
    const surroundings = new SurroundingsUnderTest();
    const client = hub.client({ surroundings });
    client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "live"));
    hub.network.stall();
    surroundings.happen("awake");
    await hub.advance(4_999);
    expect(client.state.value.state).toBe("live");
    await hub.advance(1);
    expect(client.state.value.state).toBe("waiting");
  });

  test("gives up a link that is open and silent after two and a half heartbeats", async () => {
    await using hub = testHub({ heartbeatMs: 10_000 });
    const client = hub.client({ requestTimeoutMs: 60_000 });
    client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "live"));
    const states = statesOf(client);
    let heard = hub.runtime.now();
    hub.network.watch(({ to }) => {
      if (to === "client") heard = hub.runtime.now();
    });
    await hub.advance(10_000);
    hub.network.stall();
    const last = heard;
    await hub.until(isIn(client, "waiting"));
    expect(states.at(-1)).toMatchObject({ reason: "no heartbeat" });
    expect(hub.runtime.now() - last).toBeGreaterThanOrEqual(25_000);
    expect(hub.runtime.now() - last).toBeLessThanOrEqual(30_000);
  });

  test("gives up a link on which a request is not answered in time", async () => {
    await using hub = testHub();
    const client = hub.client({ requestTimeoutMs: 3_000 });
    client.start();
    await hub.until(isIn(client, "live"));
    hub.network.drop({ to: "hub", method: "subscribe", times: 1 });
    const states = statesOf(client);
    client.subscribe({ topics: ["a"] });
    await hub.advance(2_999);
    expect(names(states)).toEqual(["live", "catching-up"]);
    await hub.advance(1);
    expect(client.state.value.state).toBe("waiting");
    await hub.until(isIn(client, "live"));
  });

  test("gives up a link that does not open in time", async () => {
    await using hub = testHub();
    const client = hub.client({ openTimeoutMs: 2_000 });
    hub.network.stall();
    client.start();
    await hub.advance(1_999);
    expect(client.state.value.state).toBe("connecting");
    await hub.advance(1);
    expect(client.state.value.state).not.toBe("connecting");
    hub.network.resume();
    await hub.until(isIn(client, "live"));
  });

  test.each([
    [{ code: 4403 }, "forbidden"],
    [{ code: 4400 }, "protocol"],
    [{ code: 1009 }, "protocol"],
    [{ code: 4401 }, "unauthenticated"],
  ] as const)("stops when it is closed with %o: %s", async (end, reason) => {
    await using hub = testHub();
    const client = hub.client({ token: "the only one" });
    client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "live"));
    hub.network.cut({ ...end, reason: "in words" });
    const { tries } = hub.network;
    await hub.advance(600_000);
    expect(client.state.value).toEqual({ state: "stopped", reason, message: "in words" });
    expect(hub.network.tries).toBe(tries);
    client.start();
    await hub.until(isIn(client, "live"));
  });

  test("comes back at once when it was closed as stalled, with its cursors", async () => {
    await using hub = testHub();
    const client = hub.client();
    const subscription = client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "live"));
    hub.network.cut({ code: 4408 });
    await hub.settle();
    expect([client.state.value.state, subscription.status.value.state]).toEqual(["live", "live"]);
  });

  test("ends for good when it is closed: nothing is opened, subscribed or published any more", async () => {
    await using hub = testHub();
    const client = hub.client();
    const subscription = client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "live"));
    client.close();
    expect(client.state.value).toMatchObject({ state: "stopped", reason: "closed" });
    expect(await subscription.done).toBeUndefined();
    expect(subscription.status.value.state).toBe("ended");
    expect(() => client.start()).toThrow("closed");
    expect(() => client.subscribe({ topics: ["a"] })).toThrow("closed");
    await expect(client.publish("a", { type: "test" })).rejects.toThrow("closed");
    const { tries } = hub.network;
    await hub.advance(600_000);
    expect([hub.network.tries, hub.network.links]).toEqual([tries, 0]);
  });
});

test("an address without a scheme is refused when the client is made", () => {
  expect(() => createClient({ url: "localhost:3001" })).toThrow(TypeError);
});

test("a transport that throws is a try that failed", async () => {
  await using hub = testHub();
  const broken: Transport = {
    name: "broken",
    open() {
      throw new Error("no sockets here");
    },
  };
  const client = hub.client({ transports: [broken] });
  client.start();
  await hub.settle();
  expect(client.state.value).toMatchObject({ state: "waiting", reason: expect.stringContaining("no sockets here") });
});

describe("a credential", () => {
  const MINUTE_MS = 60_000;
  const letIn =
    (good: (token: string | undefined) => boolean, expiresInMs?: number) =>
    (token: string | undefined, now: number): Identity => {
      if (!good(token)) throw new FanfareError("unauthenticated", "no good");
      return { ...OPEN, ...(expiresInMs === undefined ? {} : { expires: now + expiresInMs }) };
    };

  test("is asked for again when it is refused, at once the first time, and then with a pause", async () => {
    await using hub = testHub({ identify: letIn((token) => token === "4") });
    let asked = 0;
    const client = hub.client({ token: () => String((asked += 1)) });
    client.start();
    await hub.settle();
    expect([asked, client.state.value.state]).toEqual([2, "waiting"]);
    await hub.until(isIn(client, "live"));
    expect(asked).toBe(4);
  });

  test("is asked for again when the connection is closed with 4401, and kept when it just breaks", async () => {
    await using hub = testHub();
    let asked = 0;
    const client = hub.client({ token: async () => String((asked += 1)) });
    client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "live"));
    hub.network.cut();
    await hub.until(isIn(client, "live"));
    expect(asked).toBe(1);
    await hub.advance(5_000);
    hub.network.cut({ code: 4401 });
    await hub.settle();
    expect([asked, client.state.value.state]).toEqual([2, "live"]);
  });

  test("is waited for with a pause when its source fails", async () => {
    await using hub = testHub();
    let asked = 0;
    const client = hub.client({
      token: () => {
        asked += 1;
        if (asked < 3) throw new Error("the identity server is down");
        return "good";
      },
    });
    client.start();
    await hub.settle();
    expect(client.state.value).toMatchObject({ state: "waiting", reason: expect.stringContaining("server is down") });
    await hub.until(isIn(client, "live"));
    expect(asked).toBe(3);
  });

  test.each([webSocket, eventStream])("that no header takes is in no message (%#)", async (transport) => {
    await using hub = testHub();
    const told: string[] = [];
    const client = hub.client({ url: "http://127.0.0.1:1", token: "sec\nret", transports: [transport()] });
    client.state.watch((now) => void told.push(JSON.stringify(now)));
    client.start();
    await expect.poll(() => told.at(-1)).toContain("waiting");
    expect(told.join()).not.toMatch(/sec|ret/);
  });

  test("is renewed before it ends, without a new connection", async () => {
    await using hub = testHub({ identify: letIn(() => true, 10 * MINUTE_MS) });
    let asked = 0;
    const client = hub.client({ token: () => String((asked += 1)) });
    client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "live"));
    await hub.advance(10 * MINUTE_MS - 1);
    expect([asked, hub.network.tries]).toEqual([2, 1]);
    await hub.advance(60 * MINUTE_MS);
    expect([hub.network.tries, client.state.value.state]).toEqual([1, "live"]);
    expect(asked).toBeGreaterThan(7);
  });

  test("that cannot be renewed ends the connection, and the client stops", async () => {
    await using hub = testHub({ identify: letIn(() => true, MINUTE_MS) });
    const client = hub.client({ token: "the only one" });
    client.subscribe({ topics: ["a"] });
    await hub.until(isIn(client, "stopped"));
    expect(client.state.value).toMatchObject({ reason: "unauthenticated" });
  });

  test("that is missing by now stops the client, until it is started again", async () => {
    let token: string | undefined = "good";
    await using hub = testHub({ identify: letIn((shown) => shown === "good") });
    const client = hub.client({ token: () => token });
    client.start();
    await hub.until(isIn(client, "live"));
    token = undefined;
    hub.network.cut({ code: 4401 });
    await hub.until(isIn(client, "stopped"));
    expect(client.state.value).toMatchObject({ reason: "unauthenticated" });
    token = "good";
    client.start();
    await hub.until(isIn(client, "live"));
  });
});
