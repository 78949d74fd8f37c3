import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folder, freePort, serve } from "../cli/processes.ts";
import { daemonOf, expectSoon, launch, listen, live, positions, suite, visit, withoutBrowser } from "./browser.ts";

/** Publishes one event until it is acknowledged; under one id, so that it stays one. */
async function publish(url: string, id: string): Promise<void> {
  const request = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id, type: "t" }),
  };
  await expectSoon(async () => {
    const response = await fetch(`${url}/api/v1/topics/a.b/events`, request).catch(() => undefined);
    return response?.ok;
  }).toBe(true);
}

/** Stands between a page and its WebSocket: what the server says, it may say otherwise or not at all. */
async function between(page: Page, say: (text: string) => string | undefined): Promise<void> {
  await page.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      const said = say(String(text));
      if (said !== undefined) socket.send(said);
    });
  });
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe.skipIf(withoutBrowser)(suite("the live events"), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test("go on without loss or duplicate after kill -9 and a new start, and say so", async () => {
    const args = ["--addr", `127.0.0.1:${await freePort()}`, "--db", join(await folder(), "fanfare.db")];
    const { url, process } = await serve(args);
    const { page, complaints } = await visit(browser, url);
    await live(page);
    const said = await listen(page);
    for (let count = 1; count <= 20; count += 1) await publish(url, `before ${count}`);

    process.kill("SIGKILL");
    await process.exit;
    await expectSoon(() => page.locator("#tail-state").innerText()).toBe("Connection lost, trying again…");
    const again = serve(args);
    for (let count = 1; count <= 20; count += 1) await publish(url, `after ${count}`);
    await again;

    await expectSoon(() => positions(page)).toEqual(upTo(40));
    expect(await page.locator("#tail-rows .mark").innerText()).toMatch(/reading goes on after position \d+$/);
    expect(await page.locator("#tail-rows .gap").count()).toBe(0);
    await expectSoon(() => page.locator("#state").innerText()).toBe("Healthy");
    const news = (await said()).filter((text) => text.startsWith("Live events"));
    expect(news).toEqual(["Live events: Connection lost, trying again…", "Live events: Live"]);
    expect(complaints).toEqual([]);
  });

  test("notice a delivery that never came by the next one, and read again from their own cursor", async () => {
    const { url, hub } = await daemonOf();
    const { page } = await visit(browser, "about:blank");
    let lost = false;
    await between(page, (text) => {
      const loses = !lost && text.includes('"position":2,');
      lost ||= loses;
      return loses ? undefined : text;
    });
    await page.goto(url);
    await live(page);
    const delivered = async (): Promise<number> => (await hub.health()).totals.delivered;
    await hub.publish("a", { type: "t" });
    await expectSoon(() => positions(page)).toEqual([1]);
    await hub.publish("a", { type: "t" });
    await expectSoon(delivered).toBe(2);
    await hub.publish("a", { type: "t" });
    await expectSoon(() => positions(page)).toEqual(upTo(3));
    expect(await page.locator("#tail-rows .mark").innerText()).toMatch(/after position 1$/);
  });

  test("show where the log began anew, and read it from its start", async () => {
    const first = await daemonOf();
    const { page } = await visit(browser, first.url);
    await live(page);
    await first.hub.publish("a", [{ type: "old" }, { type: "old" }]);
    await expectSoon(() => positions(page)).toEqual([1, 2]);
    await first.stop();
    const second = await daemonOf({ addr: `127.0.0.1:${new URL(first.url).port}` });
    await second.hub.publish("a", { type: "new" });
    const gap = page.locator("#tail-rows li[data-gap=reset]");
    await gap.waitFor();
    expect(await gap.innerText()).toMatch(/^Gap: reset The log began anew/);
    await expectSoon(() => positions(page)).toEqual([1, 2, 1]);
  });

  test("show how many events a reader that cannot keep up has lost", async () => {
    const { url } = await daemonOf();
    const { page } = await visit(browser, "about:blank");
    await between(page, (text) => {
      const frame = JSON.parse(text);
      if (frame.method !== "deliver" || frame.params.events.length === 0) return text;
      const gap = { reason: "slow", from: 0, to: 17, dropped: 17 };
      return JSON.stringify({ ...frame, params: { ...frame.params, gap } });
    });
    await page.goto(`${url}/?from=start`);
    await live(page);
    await fetch(`${url}/api/v1/topics/a/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"type":"t"}',
    });
    await expectSoon(() => page.locator("#tail-rows .gap").innerText()).toBe(
      "Gap: slow This page could not keep up: 17 events of positions 1 to 17 were left out.",
    );
  });
});
