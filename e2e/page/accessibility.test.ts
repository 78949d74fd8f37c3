import { createRequire } from "node:module";
import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { daemonOf, expectSoon, launch, live, positions, suite, visit, withoutBrowser, type Visit } from "./browser.ts";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds, as one line a fault. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

const widest = (page: Page): Promise<number> => page.evaluate("document.documentElement.scrollWidth - innerWidth");

/** Name and outline of what has the focus; nothing once the walk is over. */
const station = `(() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return ["", ""];
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const name = at.id === "" ? (at.getAttribute("aria-label") ?? at.textContent.trim()) : "#" + at.id;
  return [name.slice(0, 40), outlineStyle + " " + outlineWidth];
})()`;

const phone: BrowserContextOptions = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

describe.skipIf(withoutBrowser)(suite("the home page for everybody"), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  /** A page with all that it can show: topics, rows, an open event, problems. */
  async function full(options: BrowserContextOptions): Promise<Visit> {
    const { url, hub } = await daemonOf();
    await hub.publish("orders.eu-and-a-name-that-goes-on-and-on.0198f3a4-7b1c-7d2e-8f90-aabbccddeeff", [
      { type: "order.paid", attributes: { region: "eu" }, data: { text: "long ".repeat(100) } },
      { type: "a.type.that.is.much.longer.than.anybody.would.ever.want.it.to.be.really", data: null },
    ]);
    const opened = await visit(browser, `${url}/?from=start`, options);
    const { page } = opened;
    await live(page);
    await expectSoon(() => positions(page)).toHaveLength(2);
    await page.locator("#topic-rows tr").waitFor();
    await page.locator("#tail-rows summary").first().click();
    await page.getByText("Filter as JSON").click();
    await page.locator("#publish-form").getByLabel("Data").fill("{");
    await page.locator("#publish-form").getByLabel("Topic").fill("a");
    await page.getByRole("button", { name: "Publish" }).click();
    return opened;
  }

  test("has no fault that axe finds, light and dark, on a desktop and on a phone", async () => {
    const { page } = await full(phone);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [360, 1_440]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await faults(page)).toEqual([]);
      }
      const ground = await page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
      expect(Number(/\d+/.exec(ground)) > 128).toBe(colorScheme === "light");
    }
  });

  test("has no fault that axe finds while it is empty, and none where it asks for a token", async () => {
    const open = await visit(browser, (await daemonOf()).url);
    await live(open.page);
    expect(await faults(open.page)).toEqual([]);
    const { url } = await daemonOf({ auth: { secret: "0123456789abcdef0123456789abcdef" } });
    const guarded = await visit(browser, url);
    await guarded.page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await faults(guarded.page)).toEqual([]);
  });

  test("never scrolls sideways, however narrow or wide", async () => {
    const { page } = await full({});
    for (const width of [320, 360, 600, 820, 1_100, 1_920]) {
      await page.setViewportSize({ width, height: 800 });
      expect(`${width}: ${Math.max(0, await widest(page))}`).toBe(`${width}: 0`);
    }
  });

  test("has controls on a phone that a finger hits", async () => {
    const { page } = await full(phone);
    const controls = page.locator("button, input, select, textarea, summary").filter({ visible: true });
    const heights = await Promise.all(
      (await controls.all()).map(async (one) => [await one.ariaSnapshot(), (await one.boundingBox())?.height] as const),
    );
    expect(heights.filter(([, height]) => Number(height) < 24)).toEqual([]);
    expect(heights.length).toBeGreaterThan(12);
  });

  test("leads the keyboard through everything in reading order, and shows where it is", async () => {
    const { page } = await full({ viewport: { width: 1440, height: 900 } });
    await page.evaluate("document.body.tabIndex = -1; document.body.focus()");
    const walked: string[] = [];
    for (let steps = 0; steps < 80; steps += 1) {
      await page.keyboard.press("Tab");
      const [name, outline] = await page.evaluate<[string, string]>(station);
      if (name === "") break;
      expect(`${name}: ${outline}`).toBe(`${name}: solid 2px`);
      walked.push(name);
    }
    const stations = [
      "Skip to the live events",
      "#topic-filter",
      "#topics-scroll",
      "Topic",
      "Events",
      "Rate",
      "Newest",
      "#tail-topics",
      "#tail-type",
      "#tail-attributes",
      "#tail-from",
      "Filter as JSON",
      "#tail-filter",
      "Follow",
      "#tail-pause",
      "#tail-clear",
      "#tail-scroll",
      "The event as JSON",
      "Copy",
      "#publish-topic",
      "#publish-type",
      "#publish-attributes",
      "#publish-data",
      "Publish",
      "API description",
      "Metrics",
    ];
    expect(walked.filter((name) => stations.includes(name))).toEqual(stations);
  });

  test("can be used without a pointer: skip, follow, open, publish", async () => {
    const { url, hub } = await daemonOf();
    await hub.publish("orders.eu", { type: "t" });
    await hub.publish("chat", { type: "t" });
    const { page } = await visit(browser, url);
    await live(page);
    const press = async (...keys: string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press("Tab", "Enter", "Tab", "Control+A");
    await page.keyboard.type("orders.>");
    await press("Tab", "Tab", "Tab", "ArrowDown", "Tab", "Tab", "Enter");
    await expectSoon(() => positions(page)).toEqual([1]);
    await press("Tab", "Tab", "Tab", "Tab", "Enter");
    await page.locator("#tail-rows pre").waitFor();
    await press("Tab", "Tab", "Tab");
    await page.keyboard.type("orders.us");
    await press("Enter");
    await expectSoon(() => positions(page)).toEqual([1, 3]);
  });

  test("keeps still for those who ask for less motion", async () => {
    const { page } = await full({ reducedMotion: "reduce" });
    expect(await page.evaluate("document.getAnimations().length")).toBe(0);
  });

  test("says news politely, and does not read every event aloud", async () => {
    const { page } = await full({});
    expect(await page.locator("#announcement").getAttribute("aria-live")).toBe("polite");
    expect(await page.locator("[aria-live] #tail-rows, [role=log] #tail-rows, [role=status] #tail-rows").count()).toBe(
      0,
    );
  });

  test("weighs less than 60 KiB, with nothing inline and nothing from elsewhere", async () => {
    const folder = join(import.meta.dirname, "../../packages/fanfare/dist/page");
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60 * 1024);
    const html = await readFile(join(folder, "index.html"), "utf8");
    expect(html).not.toMatch(/<style|<script(?![^>]* src=)|\sstyle=|\son\w+=|https?:/);
  });
});
