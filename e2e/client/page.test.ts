import { chromium, type Browser, type CDPSession, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { chromiumHint, findChromium } from "../../scripts/chromium.ts";
import { servedBuild, servedSource, storyOf, type Served } from "./browser.ts";
import { HubProcess, SECRET } from "./hub-process.ts";
import { Line } from "./line.ts";
import { expectSoon, numbers } from "./listener.ts";

const executablePath = findChromium();
const name = executablePath === undefined ? `in Chromium (${chromiumHint})` : "in Chromium";

describe.skipIf(executablePath === undefined)(`${name} a page`, () => {
  let browser: Browser;
  let served: Served;
  let hub: HubProcess;

  beforeAll(async () => {
    served = await servedBuild();
    hub = await HubProcess.create({ sync: "full", origins: [served.origin] });
    // Chromium's sandbox refuses to run as root; a page that comes back as it was is what one test is about.
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const ignoreDefaultArgs = ["--disable-back-forward-cache"];
    browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      args,
      ignoreDefaultArgs,
    });
  });
  afterAll(async () => {
    await browser?.close();
    await hub?.[Symbol.asyncDispose]();
    await served?.[Symbol.asyncDispose]();
  });

  type Wish = {
    readonly topic: string;
    readonly of?: HubProcess;
    readonly origin?: string;
    readonly token?: () => string;
  };
  type Visit = { readonly page: Page; readonly line: Line; readonly cdp: CDPSession };

  /** Shows the page, which follows a topic, and waits until it is live with two events. */
  async function visit({ topic, of = hub, origin = served.origin, token }: Wish): Promise<Visit> {
    const line = await Line.to(of.url);
    const context = await browser.newContext();
    onTestFinished(async () => {
      await context.close();
      await line[Symbol.asyncDispose]();
    });
    const page = await context.newPage();
    if (token !== undefined) await page.exposeFunction("freshToken", token);
    const cdp = await context.newCDPSession(page);
    await of.count(topic, 1, 2);
    await page.goto(`${origin}/?hub=${line.url}&topic=${topic}`);
    await expectSoon(async () => (await storyOf(page)).data).toEqual([1, 2]);
    await expectSoon(async () => (await storyOf(page)).states.at(-1)).toBe("live");
    return { page, line, cdp };
  }

  /** Everything came once and in order. */
  async function expectAll(page: Page, last: number): Promise<void> {
    await expectSoon(async () => (await storyOf(page)).data).toEqual(numbers(1, last));
    await expectSoon(async () => (await storyOf(page)).states.at(-1)).toBe("live");
    expect((await storyOf(page)).gaps).toEqual([]);
  }

  test("goes on after the network was gone, and says that it is offline meanwhile", async () => {
    const { page, line, cdp } = await visit({ topic: "offline" });
    const network = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await cdp.send("Network.enable");
    await cdp.send("Network.emulateNetworkConditions", { ...network, offline: true });
    line.cut();
    await expectSoon(async () => (await storyOf(page)).states.at(-1)).toBe("offline");
    await hub.count("offline", 3, 5);
    await cdp.send("Network.emulateNetworkConditions", { ...network, offline: false });
    await expectAll(page, 5);
    expect((await storyOf(page)).states.slice(-3)).toEqual(["connecting", "catching-up", "live"]);
  });

  test("comes back as it was when the visitor goes back, and goes on", async () => {
    const { page } = await visit({ topic: "aside" });
    await page.goto("about:blank");
    await hub.count("aside", 3, 5);
    // A page that comes back as it was is not loaded again.
    await page.goBack({ waitUntil: "commit" });
    await expectAll(page, 5);
    const { shows, states } = await storyOf(page);
    expect(shows).toEqual([false, true]);
    expect(states).toContain("offline");
  });

  test("goes on when its token ends, with another one", async () => {
    await using guarded = await HubProcess.create({ auth: { secret: SECRET }, origins: [served.origin] });
    let asked = 0;
    // A token is taken for five seconds after its end.
    const token = (): string => {
      asked += 1;
      return guarded.token({ sub: "page", exp: Math.floor(Date.now() / 1000) + (asked === 1 ? -3 : 60) });
    };
    const { page } = await visit({ topic: "guarded", of: guarded, token });
    await expectSoon(() => asked).toBe(2);
    const past = Date.now() + 1_000;
    await expectSoon(() => Date.now()).toBeGreaterThan(past);
    await guarded.count("guarded", 3, 5);
    await expectAll(page, 5);
    expect((await storyOf(page)).states).not.toContain("waiting");
  });

  test("works the same from Vite's development server", async () => {
    const source = await servedSource();
    onTestFinished(() => source[Symbol.asyncDispose]());
    await using other = await HubProcess.create({ origins: [source.origin] });
    const { page, line } = await visit({ topic: "source", of: other, origin: source.origin });
    line.cut();
    await other.count("source", 3, 5);
    await expectAll(page, 5);
  });
});
