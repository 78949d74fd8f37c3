import type { Method, NotificationFrame, RequestFrame, Requests, ResultFrame } from "@fanfare/protocol";
import { CLOSE_CODES } from "@fanfare/protocol";
import { hubTransport, Network, testHub, type TestHub } from "@fanfare/client/testing";
import { OPEN, type Identity } from "fanfare";
import { Chance } from "fanfare/testing";
import { describe, expect, test } from "vitest";
import type { Link, LinkEnd, LinkListener, ServerFrame, Transport } from "../core/link.ts";
import { Switchboard } from "./switchboard.ts";

const door = (token?: string) => ({ url: "http://hub.test/", profile: undefined, token });

/** A tab that says frames by hand. */
class Tab implements LinkListener {
  readonly frames: ServerFrame[] = [];
  end: LinkEnd | undefined;
  readonly #link: Link;
  #asked = 0;

  constructor(board: Switchboard, token?: string) {
    this.#link = board.open(door(token), this);
  }

  received(frame: ServerFrame): void {
    this.frames.push(frame);
  }

  closed(end: LinkEnd): void {
    this.end = end;
  }

  ask<M extends Method>(method: M, params: Requests[M]): number {
    const id = (this.#asked += 1);
    this.#link.send({ jsonrpc: "2.0", id, method, params } as RequestFrame);
    return id;
  }

  leave(): void {
    this.#link.close();
  }

  answer(id: number): Exclude<ServerFrame, NotificationFrame> | undefined {
    return this.frames.find((frame) => "id" in frame && frame.id === id) as ResultFrame | undefined;
  }

  told<M extends NotificationFrame["method"]>(
    method: M,
  ): readonly Extract<NotificationFrame, { method: M }>["params"][] {
    return this.frames.flatMap((frame) =>
      "method" in frame && frame.method === method ? [frame.params as never] : [],
    );
  }

  /** Positions that it was delivered, by subscription. */
  get delivered(): Record<string, number[]> {
    const all: Record<string, number[]> = {};
    for (const { subscription, events } of this.told("deliver"))
      (all[subscription] ??= []).push(...events.map(({ position }) => position));
    return all;
  }
}

interface World extends AsyncDisposable {
  readonly hub: TestHub;
  readonly network: Network;
  readonly board: Switchboard;
}

function world(identify?: (token: string | undefined) => Identity): World {
  const hub = testHub(identify === undefined ? {} : { identify });
  const transport = hubTransport(() => hub.hub, identify ?? (() => OPEN));
  const board = new Switchboard(hub.network.through(transport), () => hub.runtime.now());
  return { hub, network: hub.network, board, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

const subscriptions = ({ hub }: World): readonly string[] =>
  hub.hub.connections().flatMap((one) => one.subscriptions.map(({ subscription }) => subscription));

/** What goes to the hub from now on, and for which subscription. */
function sentTo({ network }: World): readonly string[] {
  const sent: string[] = [];
  network.watch(({ to, frame }) => {
    if (to !== "hub" || !("method" in frame)) return;
    sent.push("subscription" in frame.params ? `${frame.method} ${frame.params.subscription}` : frame.method);
  });
  return sent;
}

describe("a switchboard", () => {
  test("opens one link with the first tab, greets every tab, and closes it with the last", async () => {
    await using on = world();
    expect(on.network.tries).toBe(0);
    const tabs = [new Tab(on.board), new Tab(on.board)];
    await on.hub.settle();
    const late = new Tab(on.board);
    await on.hub.settle();
    for (const tab of [...tabs, late]) expect(tab.told("hello")).toHaveLength(1);
    expect([on.network.tries, on.network.links]).toEqual([1, 1]);
    for (const tab of tabs) tab.leave();
    await on.hub.settle();
    expect(on.network.links).toBe(1);
    late.leave();
    await on.hub.settle();
    expect(on.network.links).toBe(0);
    expect(on.hub.hub.connections()).toEqual([]);
  });

  test("opens another link for whoever comes after the last has left", async () => {
    await using on = world();
    const first = new Tab(on.board);
    await on.hub.settle();
    first.leave();
    const second = new Tab(on.board);
    await on.hub.settle();
    expect(second.told("hello")).toHaveLength(1);
    expect([on.network.tries, on.network.links]).toEqual([2, 1]);
  });

  test("tells a late tab the hub's time as it is by then", async () => {
    await using on = world();
    const first = new Tab(on.board);
    await on.hub.settle();
    await on.hub.advance(5_000);
    const late = new Tab(on.board);
    await on.hub.settle();
    const [early = { time: "" }] = first.told("hello");
    expect(late.told("hello")).toEqual([{ ...early, time: new Date(Date.parse(early.time) + 5_000).toISOString() }]);
  });

  test("answers each tab under its own request ids and subscription names, which may be the same", async () => {
    await using on = world();
    const [one, two] = [new Tab(on.board), new Tab(on.board)];
    await on.hub.settle();
    const ids = [one, two].map((tab, index) => tab.ask("subscribe", { subscription: "1.x", topics: [`t${index}`] }));
    const refused = two.ask("subscribe", { subscription: "2", topics: ["not a topic"] });
    const unknown = one.ask("unsubscribe", { subscription: "7" });
    await on.hub.settle();
    expect(ids).toEqual([1, 1]);
    for (const tab of [one, two]) expect(tab.answer(1)).toMatchObject({ result: { subscription: "1.x" } });
    expect(two.answer(refused)).toMatchObject({ error: { data: { code: "invalid_topic" } } });
    expect(one.answer(unknown)).toMatchObject({ error: { data: { code: "subscription_unknown" } } });
    expect([one.frames, two.frames].map(({ length }) => length)).toEqual([3, 3]);

    const published = one.ask("publish", { topic: "t1", events: [{ type: "x", data: null }] });
    await on.hub.until(() => two.told("deliver").length > 0);
    expect(one.answer(published)).toMatchObject({ result: { events: [{ position: 1 }] } });
    expect([one.delivered, two.delivered]).toEqual([{}, { "1.x": [1] }]);
  });

  test("tells signals and the end of a subscription to the tab that has it", async () => {
    await using on = world();
    const [one, two] = [new Tab(on.board), new Tab(on.board)];
    await on.hub.settle();
    one.ask("subscribe", { subscription: "s", topics: ["t"], consumer: "c" });
    two.ask("subscribe", { subscription: "s", topics: ["u"] });
    await on.hub.settle();
    on.hub.hub.signal({ topic: "u", type: "typing" });
    two.ask("subscribe", { subscription: "c", topics: ["t"], consumer: "c" });
    await on.hub.settle();
    expect([one.told("signal"), two.told("signal")]).toMatchObject([[], [{ subscription: "s", type: "typing" }]]);
    expect(one.told("ended")).toMatchObject([{ subscription: "s", code: "consumer_taken" }]);
    expect(two.told("ended")).toEqual([]);
    const sent = sentTo(on);
    one.leave();
    expect(sent).toEqual([]);
  });

  test("unsubscribes what a tab leaves behind, also what was under way", async () => {
    await using on = world();
    const [one, two] = [new Tab(on.board), new Tab(on.board)];
    await on.hub.settle();
    for (const tab of [one, two]) tab.ask("subscribe", { subscription: "s", topics: ["t"] });
    await on.hub.settle();
    expect(subscriptions(on)).toHaveLength(2);
    two.ask("subscribe", { subscription: "later", topics: ["t"] });
    two.leave();
    await on.hub.settle();
    expect(subscriptions(on)).toEqual(["1.s"]);
    const { length } = two.frames;
    await on.hub.hub.publish("t", { type: "x" });
    await on.hub.until(() => one.delivered["s"]?.length === 1);
    expect(two.frames).toHaveLength(length);
  });

  test("asks nothing for a subscription that its tab has closed, and nothing for a tab that has left", async () => {
    await using on = world();
    const [one, two] = [new Tab(on.board), new Tab(on.board)];
    await on.hub.settle();
    two.ask("subscribe", { subscription: "s", topics: ["t"] });
    await on.hub.settle();
    two.ask("unsubscribe", { subscription: "s" });
    await on.hub.settle();
    two.ask("subscribe", { subscription: "t", topics: ["t"] });
    await on.hub.settle();
    const sent = sentTo(on);
    two.leave();
    two.leave();
    two.ask("ping", {});
    one.ask("ping", {});
    await on.hub.settle();
    expect(sent).toEqual(["unsubscribe 2.t", "ping"]);
  });

  test("tells every tab that the hub goes, and its end, as they were said", async () => {
    await using on = world();
    const tabs = [new Tab(on.board), new Tab(on.board)];
    await on.hub.settle();
    await on.hub.restart({ spreadMs: 0 });
    for (const { told, end } of tabs.map((tab) => ({ told: tab.told("goaway"), end: tab.end }))) {
      expect(told).toEqual([{ reconnectAfterMs: 0, reason: "restart" }]);
      expect(end).toMatchObject({ code: CLOSE_CODES.goingAway });
    }
    const again = new Tab(on.board);
    await on.hub.settle();
    expect(again.told("hello")).toHaveLength(1);
  });

  test("tells every tab why it was not let in", async () => {
    await using on = world();
    on.network.refuse({ times: 1, status: 503, retryAfterMs: 7_000, reason: "full" });
    const tabs = [new Tab(on.board), new Tab(on.board)];
    await on.hub.settle();
    for (const { end } of tabs) expect(end).toEqual({ code: 1006, status: 503, retryAfterMs: 7_000, reason: "full" });
    expect(on.network.tries).toBe(1);
  });

  test("tells the other tabs the new end of the credential, so that they need not renew it too", async () => {
    const expires = Date.UTC(2026, 0, 31, 13);
    await using on = world((token) => ({ ...OPEN, kind: "user", sub: "ada", expires: expires + Number(token) }));
    const [one, two] = [new Tab(on.board, "0"), new Tab(on.board, "0")];
    await on.hub.settle();
    await on.hub.advance(1_000);
    one.ask("renew", { token: "5000" });
    await on.hub.settle();
    expect(one.told("hello")).toHaveLength(1);
    const [first, second] = two.told("hello");
    expect(second).toEqual({
      ...first,
      time: new Date(on.hub.runtime.now()).toISOString(),
      expires: new Date(expires + 5_000).toISOString(),
    });
  });

  test("renews for all: each tab learns its own new scopes when it renews itself, and a late one the new end", async () => {
    const expires = Date.UTC(2026, 0, 31, 13);
    const narrow = [{ ...OPEN.grants[0], filter: { exact: { type: "x" } } }] as Identity["grants"];
    await using on = world((token) => ({
      ...OPEN,
      kind: "user",
      sub: "ada",
      expires: token === "first" ? expires : expires + 1_000,
      grants: token === "first" ? OPEN.grants : narrow,
    }));
    const [one, two] = [new Tab(on.board, "first"), new Tab(on.board, "first")];
    await on.hub.settle();
    one.ask("subscribe", { subscription: "a", topics: ["t"] });
    two.ask("subscribe", { subscription: "b", topics: ["t"] });
    await on.hub.settle();
    const renewed = [one, two].map((tab) => tab.ask("renew", { token: "second" }));
    await on.hub.settle();
    expect(renewed).toEqual([2, 2]);
    const scope = expect.any(String);
    expect(one.answer(2)).toMatchObject({ result: { expires: new Date(expires + 1_000).toISOString() } });
    expect((one.answer(2) as ResultFrame).result).toHaveProperty("scopes", { a: scope });
    expect((two.answer(2) as ResultFrame).result).toHaveProperty("scopes", { b: scope });
    expect(two.told("hello")).toHaveLength(1);
    one.ask("renew", { token: "second" });
    await on.hub.settle();
    expect((one.answer(3) as ResultFrame).result).toHaveProperty("scopes", {});
    const late = new Tab(on.board, "second");
    await on.hub.settle();
    expect(late.told("hello")).toMatchObject([{ expires: new Date(expires + 1_000).toISOString() }]);
  });
});

const GONE: LinkEnd = { code: CLOSE_CODES.stalled, reason: "gone" };

/** What leads a group: when it dies, its link goes, all tabs notice, and the next one leads. */
class Holder implements Transport {
  readonly name = "holder";
  readonly #next: () => Switchboard;
  readonly #plugged = new Map<Link, LinkListener>();
  #board: Switchboard;

  constructor(next: () => Switchboard) {
    this.#next = next;
    this.#board = next();
  }

  open(...[at, listener]: Parameters<Transport["open"]>): Link {
    const plug = this.#board.open(at, {
      received: (frame) => listener.received(frame),
      closed: (end) => {
        this.#plugged.delete(plug);
        listener.closed(end);
      },
    });
    this.#plugged.set(plug, listener);
    return {
      send: (frame) => plug.send(frame),
      close: () => {
        this.#plugged.delete(plug);
        plug.close();
      },
    };
  }

  die(): void {
    const plugged = [...this.#plugged];
    this.#plugged.clear();
    this.#board = this.#next();
    for (const [plug] of plugged) plug.close();
    for (const [, listener] of plugged) listener.closed(GONE);
  }
}

const TOPICS = ["a", "b", "c"];

interface Reading {
  readonly topic: string;
  readonly seen: number[];
}

interface Living {
  readonly client: ReturnType<TestHub["client"]>;
  /** Its way to the holder. */
  readonly line: Network;
  readonly readings: Reading[];
}

/** Tabs come, go and lose their way, holders die, links break and the hub restarts, while everybody publishes. */
async function checkLife(seed: number): Promise<void> {
  await using hub = testHub({ seed });
  const chance = new Chance(seed);
  const { runtime, network } = hub;
  const way = network.through(
    hubTransport(
      () => hub.hub,
      () => OPEN,
    ),
  );
  const holder = new Holder(() => new Switchboard(way, () => runtime.now()));
  const tabs: Living[] = [];
  const publishes: Promise<unknown>[] = [];
  network.random({ cut: 0.003, delayMs: 30 });
  network.random({ drop: 0.02, duplicate: 0.02, reorder: 0.02 }, { to: "client", method: "deliver" });

  const enter = (): void => {
    const line = new Network(runtime);
    tabs.push({ line, client: hub.client({ transports: [line.through(holder)] }), readings: [] });
  };
  const read = ({ client, readings }: Living): void => {
    const reading: Reading = { topic: chance.pick(TOPICS), seen: [] };
    readings.push(reading);
    client.subscribe({ topics: [reading.topic], after: "start" }, (update) => {
      if (update.kind === "gap") throw new Error(`a gap: ${update.gap.reason}`);
      if (update.kind === "events") reading.seen.push(...update.events.map(({ position }) => position));
    });
  };
  const expected = ({ topic }: Reading): readonly number[] =>
    hub.events.filter((event) => event.topic === topic).map(({ position }) => position);
  const leave = (): void => {
    const [gone] = tabs.splice(chance.between(0, tabs.length - 1), 1);
    gone?.client.close();
    for (const reading of gone?.readings ?? [])
      expect(reading.seen).toEqual(expected(reading).slice(0, reading.seen.length));
  };

  enter();
  for (let step = 0; step < 150; step += 1) {
    const tab = chance.pick(tabs);
    if (chance.maybe(0.05)) enter();
    if (chance.maybe(0.1)) read(tab);
    if (chance.maybe(0.3))
      publishes.push(tab.client.publish(chance.pick(TOPICS), { type: "x" }).catch(() => undefined));
    if (chance.maybe(0.3)) await hub.hub.publish(chance.pick(TOPICS), { type: "x" });
    if (chance.maybe(0.04)) tab.line.cut();
    if (chance.maybe(0.04)) holder.die();
    if (chance.maybe(0.02) && tabs.length > 1) leave();
    if (chance.maybe(0.01)) await hub.restart();
    await hub.advance(chance.between(0, 200));
  }
  network.calm();
  await hub.outcome(Promise.all(publishes));
  const all = tabs.flatMap(({ readings }) => readings);
  await hub.until(() => all.every((reading) => reading.seen.length >= expected(reading).length));
  for (const reading of all) expect(reading.seen).toEqual(expected(reading));
  expect(hub.hub.connections().length).toBeLessThanOrEqual(1);
}

test(
  "whatever dies, every tab has every event of its own subscriptions once and in order",
  { timeout: 60_000 },
  async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      await checkLife(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}`, { cause: error });
      });
    }
  },
);
