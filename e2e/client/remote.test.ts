import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { chromiumHint, findChromium } from "../../scripts/chromium.ts";
import { findFirefox, firefoxHint } from "../../scripts/firefox.ts";
import { servedBuild, type Served } from "./browser.ts";
import { HubProcess } from "./hub-process.ts";
import { Line } from "./line.ts";
import { expectSoon, numbers } from "./listener.ts";
import { startChromium, startFirefox, type RemoteBrowser, type Tab } from "./remote.ts";

const browsers = [
  { name: "Chromium", program: findChromium(), hint: chromiumHint, launch: startChromium, deaths: ["a sleep"] },
  { name: "Firefox", program: findFirefox(), hint: firefoxHint, launch: startFirefox, deaths: [] },
];

describe.each(browsers)("$name", ({ program, hint, launch, deaths }) => {
  const skipped = program === undefined;
  let browser: RemoteBrowser;
  let served: Served;
  let hub: HubProcess;

  beforeAll(async () => {
    if (program === undefined) return;
    served = await servedBuild();
    hub = await HubProcess.create({ sync: "full", origins: [served.origin] });
    browser = await launch(program);
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await hub?.[Symbol.asyncDispose]();
    await served?.[Symbol.asyncDispose]();
  });

  /** Shows the page, which follows the topic, and waits until it is live with two events. */
  async function visit(topic: string, blocksUpgrades = false): Promise<{ readonly tab: Tab; readonly line: Line }> {
    const line = await Line.to(hub.url);
    line.blocksUpgrades = blocksUpgrades;
    onTestFinished(() => line[Symbol.asyncDispose]());
    await hub.count(topic, 1, 2);
    const tab = await browser.open(`${served.origin}/?hub=${line.url}&topic=${topic}`);
    await expectAll(tab, 2);
    return { tab, line };
  }

  /** Everything came once and in order. */
  async function expectAll(tab: Tab, last: number): Promise<void> {
    await expectSoon(async () => (await tab.story()).data).toEqual(numbers(1, last));
    await expectSoon(async () => (await tab.story()).states.at(-1)).toBe("live");
    expect((await tab.story()).gaps).toEqual([]);
  }

  const named = (name: string): string => (skipped ? `${name} (${hint})` : name);

  test.skipIf(skipped).each([false, true])(
    named("goes on after kill -9 of the daemon and a new start; upgrades are blocked: %s"),
    async (blocks) => {
      const { tab, line } = await visit(`killed-${blocks}`, blocks);
      expect(line.upgrades).toBe(1);
      await hub.end("SIGKILL");
      await expectSoon(async () => (await tab.story()).states).toContain("waiting");
      await hub.start();
      await hub.count(`killed-${blocks}`, 3, 5);
      await expectAll(tab, 5);
    },
  );

  test.skipIf(skipped)(named("goes on after its line was cut again and again"), async () => {
    const { tab, line } = await visit("cut");
    for (const number of numbers(3, 20)) {
      await hub.count("cut", number, number);
      if (number % 4 === 0) line.cut();
    }
    await expectAll(tab, 20);
  });

  test.skipIf(skipped)(named("follows on while another tab is in front"), async () => {
    const { tab } = await visit("behind");
    await browser.open("about:blank");
    await hub.count("behind", 3, 5);
    await expectAll(tab, 5);
  });

  test.skipIf(skipped).each(deaths)(named("finds out after %s that its connection has died"), async () => {
    const { tab, line } = await visit("asleep");
    await tab.sleep?.(true);
    line.deaden();
    await hub.count("asleep", 3, 5);
    await tab.sleep?.(false);
    await expectAll(tab, 5);
  });
});
