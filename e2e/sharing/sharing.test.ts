import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HubProcess, SECRET } from "../client/hub-process.ts";
import { expectSoon, suite, withoutBrowser } from "../page/browser.ts";
import { launch, Site } from "./site.ts";
import type { Wanted } from "./page-main.ts";
import { killWorkers, Person, workers, type Tab } from "./tabs.ts";

interface Listed {
  readonly connection: string;
  readonly transport: string;
  readonly sub: string;
  readonly subscriptions: readonly { readonly subscription: string; readonly topics: readonly string[] }[];
}

let browser: Browser;
let site: Site;
let hub: HubProcess;

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

async function connections(of: HubProcess = hub, token?: string): Promise<readonly Listed[]> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${of.url}/api/v1/connections`, { headers });
  return ((await response.json()) as { connections: readonly Listed[] }).connections;
}

/** The topics of each connection's subscriptions. */
const topics = async (): Promise<readonly (readonly string[])[]> =>
  (await connections()).map(({ subscriptions }) => subscriptions.flatMap((one) => one.topics).toSorted());

/** What the hub calls the subscriptions of all connections. */
const names = async (): Promise<readonly string[]> =>
  (await connections()).flatMap((one) => one.subscriptions.map(({ subscription }) => subscription)).toSorted();

/** Publishes numbers, each when all tabs have been told of the one before. */
async function tellEach(from: number, to: number, ...tabs: readonly Tab[]): Promise<void> {
  for (let data = from; data <= to; data += 1) {
    await hub.publish("count", { type: "count", data });
    for (const tab of tabs) await expectSoon(() => tab.told("s")).toEqual(upTo(data));
  }
}

/** Publishes numbers from 1 on, one after the other, until it is told to stop; answers the last one. */
function counting(topic: string): () => Promise<number> {
  let over = false;
  const run = async (): Promise<number> => {
    for (let count = 1; ; count += 1) {
      await hub.publish(topic, { type: "count", data: count });
      if (over) return count;
    }
  };
  const last = run();
  return () => {
    over = true;
    return last;
  };
}

/** Waits until the subscription was told so many events since now. */
async function more(tab: Tab, name: string, count: number): Promise<void> {
  const { length } = await tab.told(name);
  await expectSoon(async () => (await tab.told(name)).length).toBeGreaterThanOrEqual(length + count);
}

beforeAll(async () => {
  if (!withoutBrowser) [browser, site] = await Promise.all([launch(), Site.open()]);
});
afterAll(async () => {
  await browser?.close();
  site?.close();
});

const variants = [
  { holder: "a worker", before: "", kill: () => killWorkers(browser) },
  {
    holder: "a tab",
    before: "delete globalThis.SharedWorker;",
    kill: (first: Tab) => first.page.close(),
  },
];

describe.skipIf(withoutBrowser).each(variants)(
  suite("tabs whose connection $holder holds"),
  ({ before, kill, holder }) => {
    beforeEach(async () => {
      hub = await HubProcess.create({ origins: [site.origin], sync: "full" });
    });
    afterEach(() => hub?.[Symbol.asyncDispose]());

    const enter = (): Promise<Person> => Person.enter(browser, site.origin, before);
    const shared = () => ({ url: hub.url, shared: true });

    test("have one connection, and each its own topics, filter and place", async () => {
      await hub.publish("a.1", [
        { type: "t", data: 1, attributes: { kind: "x" } },
        { type: "t", data: 2, attributes: { kind: "y" } },
      ]);
      const person = await enter();
      const [first, second] = [await person.tab(shared()), await person.tab(shared())];
      await first.subscribe("s", { topics: ["a.>"], kind: "x", after: "start" });
      await second.subscribe("s", { topics: ["a.>"], after: "start" });
      await second.subscribe("now", { topics: ["b.>", "a.1"] });
      for (const [tab, name] of [
        [first, "s"],
        [second, "s"],
        [second, "now"],
      ] as const)
        await expectSoon(() => tab.status(name)).toBe("live");

      expect(await topics()).toEqual([["a.1", "a.>", "a.>", "b.>"]]);
      expect(await workers(browser)).toBe(holder === "a worker" ? 1 : 0);
      await hub.publish("a.1", [
        { type: "t", data: 3, attributes: { kind: "x" } },
        { type: "t", data: 4, attributes: { kind: "y" } },
      ]);
      await expectSoon(() => first.told("s")).toEqual([1, 3]);
      await expectSoon(() => second.told("s")).toEqual([1, 2, 3, 4]);
      await expectSoon(() => second.told("now")).toEqual([3, 4]);
    });

    test("publish and are answered each for itself", async () => {
      const person = await enter();
      const [first, second] = [await person.tab(shared()), await person.tab(shared())];
      await second.subscribe("s", { topics: ["a"] });
      await expectSoon(() => second.status("s")).toBe("live");
      const positions = await Promise.all(upTo(20).map((data) => (data % 2 === 0 ? first : second).publish("a", data)));
      expect(positions.toSorted((one, other) => Number(one) - Number(other))).toEqual(upTo(20));
      await expectSoon(async () => (await second.told("s")).length).toBe(20);
      expect(await connections()).toHaveLength(1);
    });

    test("miss nothing and get nothing twice when the holder dies while events are published", async () => {
      const person = await enter();
      const first = await person.tab(shared());
      await first.subscribe("s", { topics: ["count"], after: "start" });
      await expectSoon(() => first.status("s")).toBe("live");
      const others = await Promise.all([person.tab(shared()), person.tab(shared()), person.tab(shared())]);
      for (const tab of others) await tab.subscribe("s", { topics: ["count"], after: "start" });

      const stop = counting("count");
      for (const tab of others) await more(tab, "s", 3);
      await kill(first);
      for (const tab of others) await more(tab, "s", 20);
      const last = await stop();
      for (const tab of others) await expectSoon(() => tab.told("s")).toEqual(upTo(last));
      expect(await connections()).toHaveLength(1);
      expect(others.flatMap(({ complaints }) => complaints)).toEqual([]);
    });

    test("leave no subscription behind when one crashes, and the others go on", async () => {
      const person = await enter();
      const [first, second] = [await person.tab(shared()), await person.tab(shared())];
      await first.subscribe("s", { topics: ["a"], after: "start" });
      await expectSoon(() => first.status("s")).toBe("live");
      await second.subscribe("s", { topics: ["b"] });
      await second.subscribe("t", { topics: ["c"] });
      await expectSoon(topics).toEqual([["a", "b", "c"]]);
      await second.crash();
      await expectSoon(topics).toEqual([["a"]]);
      await hub.count("a", 1, 3);
      await expectSoon(() => first.told("s")).toEqual([1, 2, 3]);
    });

    test("close the connection with the last of them", async () => {
      const person = await enter();
      const [first, second] = [await person.tab(shared()), await person.tab(shared())];
      await first.subscribe("s", { topics: ["a"] });
      await second.subscribe("s", { topics: ["b"] });
      await expectSoon(topics).toEqual([["a", "b"]]);
      await first.page.evaluate(() => tab.close());
      await expectSoon(topics).toEqual([["b"]]);
      await second.page.evaluate(() => tab.close());
      await expectSoon(topics).toEqual([]);
    });

    test("come back together after the hub was killed, each at its own cursor", async () => {
      const person = await enter();
      const tabs = [await person.tab(shared()), await person.tab(shared())];
      for (const tab of tabs) await tab.subscribe("s", { topics: ["count"], after: "start" });
      await hub.count("count", 1, 5);
      for (const tab of tabs) await expectSoon(() => tab.told("s")).toEqual(upTo(5));
      await hub.end();
      for (const tab of tabs) await expectSoon(() => tab.state()).not.toBe("live");
      await hub.start();
      await hub.count("count", 6, 10);
      for (const tab of tabs) await expectSoon(() => tab.told("s")).toEqual(upTo(10));
      await expectSoon(topics).toEqual([["count", "count"]]);
    });

    test("end a tab that reads nothing, and it comes back for what it has missed", async () => {
      const person = await enter();
      const first = await person.tab(shared());
      await first.subscribe("s", { topics: ["count"], after: "start" });
      await expectSoon(() => first.status("s")).toBe("live");
      const second = await person.tab({ ...shared(), waitingFrames: 8 });
      await second.subscribe("s", { topics: ["count"], after: "start" });
      await expectSoon(topics).toEqual([["count", "count"]]);
      const called = await names();
      await tellEach(1, 20, first, second);
      expect(await names()).toEqual(called);
      const goOn = await second.block();
      await tellEach(21, 40, first);
      expect(await topics()).toEqual([["count"]]);
      await goOn();
      await expectSoon(() => second.told("s")).toEqual(upTo(40));
      expect(await topics()).toEqual([["count", "count"]]);
    });
  },
);

describe.skipIf(withoutBrowser)(suite("tabs share a connection"), () => {
  beforeEach(async () => {
    hub = await HubProcess.create({ origins: [site.origin, site.insecureOrigin] });
  });
  afterEach(() => hub?.[Symbol.asyncDispose]());

  const open = async (person: Person, wanted: Partial<Wanted> = {}): Promise<Tab> => {
    const tab = await person.tab({ url: hub.url, shared: true, ...wanted });
    await tab.subscribe("s", { topics: ["a"], after: "start" });
    await expectSoon(() => tab.status("s")).toBe("live");
    return tab;
  };

  test("with those of the same name, and with no other person", async () => {
    const [ada, bob] = [await Person.enter(browser, site.origin), await Person.enter(browser, site.origin)];
    await open(ada);
    await open(ada);
    expect(await topics()).toEqual([["a", "a"]]);
    await open(ada, { shared: "another" });
    await open(bob);
    expect(await topics()).toEqual([["a", "a"], ["a"], ["a"]]);
    await open(ada, { shared: false });
    expect(await topics()).toHaveLength(4);
  });

  test("where the worker's script is not found, by a tab that holds it", async () => {
    const person = await Person.enter(browser, site.origin);
    const first = await open(person, { script: "/nothing.js", patienceMs: 25_000 });
    const second = await open(person, { script: "/nothing.js", patienceMs: 25_000 });
    expect(await topics()).toEqual([["a", "a"]]);
    expect(await workers(browser)).toBe(0);
    await hub.count("a", 1, 3);
    for (const tab of [first, second]) await expectSoon(() => tab.told("s")).toEqual([1, 2, 3]);
  });

  test("whether a worker or a tab holds it: one that cannot start the worker rides along", async () => {
    const person = await Person.enter(browser, site.origin);
    await open(person);
    await open(person, { script: "/nothing.js" });
    expect(await topics()).toEqual([["a", "a"]]);
    expect(await workers(browser)).toBe(1);
    await killWorkers(browser);
    await expectSoon(topics).toEqual([["a", "a"]]);
  });

  test("and go over to whoever waited longest when its holder leaves, which may be a worker", async () => {
    const person = await Person.enter(browser, site.origin);
    const first = await open(person, { script: "/nothing.js" });
    await open(person);
    await expectSoon(() => first.inLine()).toBe(2);
    const third = await open(person);
    await first.page.close();
    await expectSoon(topics).toEqual([["a", "a"]]);
    await hub.count("a", 1, 3);
    await expectSoon(() => third.told("s")).toEqual([1, 2, 3]);
    expect(await workers(browser)).toBe(1);
  });

  test("but not for ever with a holder that hangs: a new tab makes its own", async () => {
    const person = await Person.enter(browser, site.origin, "delete globalThis.SharedWorker;");
    const first = await open(person);
    const goOn = await first.block();
    const second = await open(person, { patienceMs: 200 });
    expect(await topics()).toEqual([["a"], ["a"]]);
    await hub.count("a", 1, 3);
    await expectSoon(() => second.told("s")).toEqual([1, 2, 3]);
    await goOn();
    await expectSoon(() => first.told("s")).toEqual([1, 2, 3]);
  });

  test("only where the browser lets them: where it forbids locks each has its own", async () => {
    const forbids = `LockManager.prototype.request = async () => { throw new DOMException("no", "SecurityError"); };`;
    const person = await Person.enter(browser, site.origin, forbids);
    const tabs = [await open(person), await open(person)];
    expect(await topics()).toEqual([["a"], ["a"]]);
    await hub.count("a", 1, 3);
    for (const tab of tabs) await expectSoon(() => tab.told("s")).toEqual([1, 2, 3]);
    expect(tabs.flatMap(({ complaints }) => complaints)).toEqual([]);
  });

  test("only where browsers give locks: on a page from another machine without TLS each has its own", async () => {
    const person = await Person.enter(browser, site.insecureOrigin);
    const tabs = [await open(person), await open(person)];
    expect(await tabs[0]?.page.evaluate(() => "locks" in navigator)).toBe(false);
    expect(await topics()).toEqual([["a"], ["a"]]);
    await hub.count("a", 1, 3);
    for (const tab of tabs) await expectSoon(() => tab.told("s")).toEqual([1, 2, 3]);
  });
});

describe.skipIf(withoutBrowser)(suite("of tabs that show a token"), () => {
  beforeEach(async () => {
    hub = await HubProcess.create({ origins: [site.origin], auth: { secret: SECRET } });
  });
  afterEach(() => hub?.[Symbol.asyncDispose]());

  const open = async (person: Person, ...tokens: readonly string[]): Promise<Tab> => {
    const tab = await person.tab({ url: hub.url, shared: true, tokens });
    await tab.subscribe("s", { topics: ["a"], after: "start" });
    await expectSoon(() => tab.status("s")).toBe("live");
    return tab;
  };
  const subs = async (): Promise<readonly string[]> => {
    const all = await connections(hub, hub.token({ sub: "operator" }));
    return all.map(({ sub, subscriptions }) => `${sub} ${subscriptions.length}`).toSorted();
  };

  test("those of one user with the same grants share, whatever else the tokens say, and of different users none", async () => {
    const person = await Person.enter(browser, site.origin);
    await open(person, hub.token({ sub: "ada" }));
    await open(person, hub.token({ sub: "ada", jti: "another", exp: Math.floor(Date.now() / 1000) + 3600 }));
    await open(person, hub.token({ sub: "bob" }));
    expect(await subs()).toEqual(["ada 2", "bob 1"]);
    const grants = [{ do: ["subscribe"], topics: ["a"] }];
    await open(person, hub.token({ sub: "ada", grants }));
    expect(await subs()).toEqual(["ada 1", "ada 2", "bob 1"]);
  });

  test("one renews for all before the token ends", async () => {
    const person = await Person.enter(browser, site.origin);
    const exp = Math.floor(Date.now() / 1000) + 2;
    const first = await open(person, hub.token({ sub: "ada", exp }), hub.token({ sub: "ada", exp: exp + 3600 }));
    const second = await open(person, hub.token({ sub: "ada", exp, jti: "the only one" }));
    const [before] = await connections(hub, hub.token({ sub: "operator" }));
    await expectSoon(() => first.page.evaluate(() => tab.asked())).toBe(2);
    // The hub takes a token for five seconds longer than it says, and would end the connection then.
    await expectSoon(() => Date.now() / 1000 > exp + 5 + 1).toBe(true);
    await hub.publish("a", { type: "t", data: 1 }, hub.token({ sub: "operator" }));
    for (const tab of [first, second]) await expectSoon(() => tab.told("s")).toEqual([1]);
    expect(await connections(hub, hub.token({ sub: "operator" }))).toMatchObject([{ connection: before?.connection }]);
  });
});
