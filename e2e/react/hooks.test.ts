import { join } from "node:path";
import type { Browser } from "playwright-core";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { createClient } from "@fanfare/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, eventually, folder, freePort } from "../cli/processes.ts";
import { expectSoon, launch, suite, withoutBrowser } from "../page/browser.ts";
import { scenes } from "./scenes.ts";
import { Site } from "./stage.ts";

/** Publishes so many events, whose ids begin with the name; under the same ids again, they stay the same events. */
async function publish(url: string, name: string, count: number, kind = "a"): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => ({
    id: `${name} ${index}`,
    type: "t",
    attributes: { kind },
  }));
  await eventually(async () => {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(events) };
    const response = await fetch(`${url}/api/v1/topics/room.1/events`, init).catch(() => undefined);
    return response?.ok === true ? true : undefined;
  });
}

const numbers = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index).join(" ");

const subscriptions = async (url: string): Promise<number> => (await ask(`${url}/api/v1/health`)).subscriptions;

describe.skipIf(withoutBrowser)(suite("React in a browser, in strict mode"), () => {
  let browser: Browser;
  let site: Site;
  beforeAll(async () => {
    [browser, site] = await Promise.all([launch(), Site.open()]);
  });
  afterAll(async () => {
    site?.close();
    await browser?.close();
  });

  test("a component that is mounted twice has one subscription and every event once, and none when it is gone", async () => {
    const { url } = await site.serve();
    await publish(url, "before", 3);
    const stage = await site.visit(browser, url);
    await stage.render("Folded", { topic: "room.*" });
    await expectSoon(() => stage.text("told")).toBe(numbers(1, 3));
    await publish(url, "after", 3);
    await expectSoon(() => stage.text("told")).toBe(numbers(1, 6));
    expect(await subscriptions(url)).toBe(1);
    expect(await stage.text("status")).toBe("live");
    await stage.clear();
    await expectSoon(() => subscriptions(url)).toBe(0);
    expect(stage.complaints).toEqual([]);
  });

  test("one that is mounted into an open connection leaves no second subscription behind either", async () => {
    const { url } = await site.serve();
    await publish(url, "before", 3);
    const stage = await site.visit(browser, url);
    await stage.render("Connected", { topic: "room.*" });
    await expectSoon(() => stage.text("connection")).toBe("live");
    await stage.render("Folded", { topic: "room.*" });
    await expectSoon(() => stage.text("told")).toBe(numbers(1, 3));
    await publish(url, "after", 1);
    await expectSoon(() => stage.text("told")).toBe(numbers(1, 4));
    await expectSoon(() => subscriptions(url)).toBe(1);
    // Each of the two mounts asks once.
    expect(stage.sent.filter((frame) => frame === "subscribe start").length).toBeLessThanOrEqual(2);
  });

  test("a list holds the 100 newest events, or as many as it is told to", async () => {
    const { url } = await site.serve();
    await publish(url, "many", 150);
    const stage = await site.visit(browser, url);
    await stage.render("List", { topic: "room.*" });
    await expectSoon(() => stage.text("told")).toBe(numbers(51, 150));
    await stage.render("List", { topic: "room.*", limit: 3 });
    await expectSoon(() => stage.text("told")).toBe("148 149 150");
    await publish(url, "one", 1);
    await expectSoon(() => stage.text("told")).toBe("149 150 151");
    expect(stage.sent.filter((frame) => frame.startsWith("subscribe"))).toHaveLength(1);
  });

  test("a list with another filter is another list, from where it begins", async () => {
    const { url } = await site.serve();
    await publish(url, "a", 2, "a");
    await publish(url, "b", 2, "b");
    const stage = await site.visit(browser, url);
    await stage.render("List", { topic: "room.*", kinds: ["a"] });
    await expectSoon(() => stage.text("told")).toBe("1 2");
    await stage.render("List", { topic: "room.*", kinds: ["b"] });
    await expectSoon(() => stage.text("told")).toBe("3 4");
    await expectSoon(() => subscriptions(url)).toBe(1);
  });

  test("options of the same value change nothing; another filter keeps the cursor, and the gap is told", async () => {
    const { url } = await site.serve();
    await publish(url, "a", 2, "a");
    await publish(url, "b", 2, "b");
    const stage = await site.visit(browser, url);
    await stage.render("Folded", { topic: "room.*", kinds: ["a"] });
    await expectSoon(() => stage.text("told")).toBe("1 2");
    await expectSoon(() => stage.text("status")).toBe("live");
    for (let count = 0; count < 3; count += 1) await stage.render("Folded", { topic: "room.*", kinds: ["a"] });
    await stage.render("Folded", { topic: "room.*", kinds: ["a", "b"] });
    await expectSoon(() => stage.text("told")).toBe("1 2 scope");
    await publish(url, "more", 1, "b");
    await expectSoon(() => stage.text("told")).toBe("1 2 scope 5");
    const begun = stage.sent.filter((frame) => frame.startsWith("subscribe"));
    expect(begun).toEqual(["subscribe start", expect.stringMatching(/^subscribe \w+:4$/)]);
  });

  test("a part of the page that is put aside holds no subscription, and comes back without loss or repetition", async () => {
    const { url } = await site.serve();
    const stage = await site.visit(browser, url);
    await stage.render("Hidden", { topic: "room.*" });
    await publish(url, "seen", 3);
    await expectSoon(() => stage.text("told")).toBe(numbers(1, 3));
    await stage.render("Hidden", { topic: "room.*", hidden: true });
    await expectSoon(() => subscriptions(url)).toBe(0);
    await publish(url, "meanwhile", 3);
    await stage.render("Hidden", { topic: "room.*" });
    await expectSoon(() => stage.text("told")).toBe(numbers(1, 6));
    expect(await subscriptions(url)).toBe(1);
  });

  test("a state is loaded and goes on; for another topic another one is loaded, also while the first is", async () => {
    const { url } = await site.serve();
    await publish(url, "before", 2);
    const stage = await site.visit(browser, url);
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await stage.page.route("**/events?topic=room.9", async (route) => {
      await held;
      await route.continue().catch(() => undefined);
    });
    await stage.render("Loaded", { topic: "room.9" });
    await expectSoon(() => stage.text("status")).toBe("loading");
    await stage.render("Loaded", { topic: "room.1" });
    await expectSoon(() => stage.text("told")).toBe("loaded room.1 1 2");
    letGo();
    await publish(url, "after", 1);
    await expectSoon(() => stage.text("told")).toBe("loaded room.1 1 2 3");
  });

  test("after kill -9 and a new start of the daemon nothing is missing and nothing is there twice", async () => {
    const args = ["--addr", `127.0.0.1:${await freePort()}`, "--db", join(await folder(), "fanfare.db")];
    const { url, process } = await site.serve(args);
    const stage = await site.visit(browser, url);
    await stage.render("Folded", { topic: "room.*" });
    await publish(url, "before", 5);
    await expectSoon(() => stage.text("told")).toBe(numbers(1, 5));
    process.kill("SIGKILL");
    await process.exit;
    await expectSoon(() => stage.text("status")).toBe("waiting");
    await site.serve(args);
    await publish(url, "after", 5);
    await expectSoon(() => stage.text("told")).toBe(numbers(1, 10));
  });

  test("a handler gets one update after the other, each when the one before is done", async () => {
    const { url } = await site.serve();
    const stage = await site.visit(browser, url);
    await stage.render("Handled", { topic: "room.*" });
    await expectSoon(() => stage.text("status")).toBe("live");
    for (let count = 1; count <= 3; count += 1) await publish(url, `event ${count}`, 1);
    const handled = (): Promise<string[]> => stage.page.evaluate(() => globalThis.stage.handled);
    await expectSoon(handled).toEqual(["begins 1", "ends 1", "begins 2", "ends 2", "begins 3", "ends 3"]);
  });

  test("what ended a subscription is told, and another choice begins again", async () => {
    const { url } = await site.serve();
    await publish(url, "before", 2);
    const stage = await site.visit(browser, url);
    await stage.render("Folded", { topic: "room..1" });
    await expectSoon(() => stage.text("status")).toBe("ended");
    expect(await stage.text("error")).toMatch(/room\.\.1/);
    await stage.render("Folded", { topic: "room.1" });
    await expectSoon(() => stage.text("told")).toBe("1 2");
    expect(await stage.text("error")).toBe("");
  });

  test("where the connection is can be shown", async () => {
    const { url, process } = await site.serve();
    const stage = await site.visit(browser, url);
    await stage.render("Connected", { topic: "room.*" });
    await expectSoon(() => stage.text("connection")).toBe("live");
    process.kill("SIGKILL");
    await expectSoon(() => stage.text("connection")).toMatch(/waiting|connecting/);
    await stage.page.evaluate(() => globalThis.stage.client.close());
    await expectSoon(() => stage.text("connection")).toBe("stopped");
  });

  test.for(["List", "Folded", "Loaded", "Connected"] as const)(
    "a page that a server rendered is hydrated as it is, and then lives: %s",
    async (scene) => {
      const { url } = await site.serve();
      await publish(url, "before", 2);
      const onServer = createClient({ url });
      const html = renderToString(createElement(scenes[scene], { client: onServer, hub: url, topic: "room.*" }));
      expect(onServer.state.value).toEqual({ state: "idle" });
      const stage = await site.visit(browser, url, html);
      expect(await stage.text("status")).toBe("waiting");
      await stage.hydrate(scene, { topic: "room.*" });
      await expectSoon(() => stage.text("status")).toBe("live");
      expect(stage.complaints).toEqual([]);
    },
  );
});
