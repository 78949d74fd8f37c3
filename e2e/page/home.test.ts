import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { daemonOf, expectSoon, launch, live, positions, suite, visit, withoutBrowser } from "./browser.ts";

const publish = async (url: string, topic: string, events: unknown): Promise<void> => {
  const response = await fetch(`${url}/api/v1/topics/${topic}/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(events),
  });
  expect(response.status).toBe(201);
};

describe.skipIf(withoutBrowser)(suite("the home page"), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test("shows what runs here, the topics with their counts, and events as they are published", async () => {
    const { url } = await daemonOf();
    await publish(url, "orders.eu", [{ type: "order.paid" }, { type: "order.sent" }]);
    const { page, complaints, origins } = await visit(browser, url);
    await live(page);
    await expectSoon(() => page.locator("#state").innerText()).toBe("Healthy");
    expect(await page.locator("#version").innerText()).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await page.locator("#uptime").innerText()).toMatch(/^\d+ s$/);
    expect(await page.locator("#position").innerText()).toBe("2");
    expect(await page.locator("#engine").innerText()).toBe("memory");
    await expectSoon(() => page.locator("#topic-rows tr").allInnerTexts()).toEqual(["orders.eu\t2\t–\t2"]);
    expect(await positions(page)).toEqual([]);

    await publish(url, "orders.us", { type: "order.paid", attributes: { region: "us" }, data: { total: 12 } });
    const row = page.locator("#tail-rows li").first();
    await row.waitFor();
    expect(await row.innerText()).toMatch(/orders\.us\s+order\.paid\s+region=us\s+\{"total":12\}/);
    await expectSoon(() => page.locator("#topic-rows tr").allInnerTexts()).toEqual([
      "orders.eu\t2\t–\t2",
      expect.stringMatching(/^orders\.us\t1\t\d+\/min\t3$/),
    ]);
    await expectSoon(() => page.locator("#connections").innerText()).toBe("1");
    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([url]);
  });

  test("opens an event to its JSON, which says everything of it", async () => {
    const { url } = await daemonOf();
    const id = "the-id";
    await publish(url, "a.b", { id, type: "t", attributes: { n: 1, ok: true }, data: { deep: ["<b>", null] } });
    const { page } = await visit(browser, `${url}/?from=start`);
    await page.locator("#tail-rows summary").click();
    const shown: unknown = JSON.parse(await page.locator("#tail-rows pre").innerText());
    expect(await (await fetch(`${url}/api/v1/events`)).json()).toMatchObject({ events: [shown] });
    expect(shown).toMatchObject({ id, position: 1, data: { deep: ["<b>", null] } });
    expect(await page.locator("#tail-rows b").count()).toBe(0);
  });

  test("teaches a command that works as it is while there is nothing to see", async () => {
    const { url } = await daemonOf();
    const { page } = await visit(browser, url);
    await live(page);
    const command = await page.locator("#example").innerText();
    expect(command).toContain(`curl ${url}/api/v1/topics/orders.eu/events`);
    const body = /-d '(?<body>.*)'/.exec(command)?.groups?.["body"] ?? "";
    await publish(url, "orders.eu", JSON.parse(body));
    await page.locator("#tail-rows li").waitFor();
    expect(await page.locator("#tail-empty").isVisible()).toBe(false);
  });

  test("sorts the topics by keyboard and filters them by name or pattern", async () => {
    const { url } = await daemonOf();
    for (const [topic, count] of Object.entries({ "orders.eu": 1, "orders.us": 3, chat: 2 }))
      await publish(
        url,
        topic,
        Array.from({ length: count }, () => ({ type: "t" })),
      );
    const { page } = await visit(browser, url);
    const names = () => page.locator("#topic-rows th").allInnerTexts();
    await expectSoon(names).toEqual(["chat", "orders.eu", "orders.us"]);
    const events = page.getByRole("button", { name: "Events", exact: true });
    await events.focus();
    await page.keyboard.press("Enter");
    expect(await names()).toEqual(["orders.us", "chat", "orders.eu"]);
    expect(await page.locator("th[aria-sort=descending]").innerText()).toMatch(/^Events/);
    await page.keyboard.press("Space");
    expect(await names()).toEqual(["orders.eu", "chat", "orders.us"]);
    expect(await page.locator("th[aria-sort=ascending]").innerText()).toMatch(/^Events/);

    const filter = page.getByLabel("Filter topics");
    for (const [text, wanted] of Object.entries({
      ORD: ["orders.eu", "orders.us"],
      "*.us": ["orders.us"],
      nothing: [],
    })) {
      await filter.fill(text);
      expect(await names()).toEqual(wanted);
    }
    expect(await page.locator("#topics-empty").innerText()).toBe("No topic fits this filter.");
  });

  test("follows a topic from its start at the press of its name", async () => {
    const { url } = await daemonOf();
    await publish(url, "a", [{ type: "t" }, { type: "t" }]);
    await publish(url, "b", { type: "t" });
    const { page } = await visit(browser, url);
    await page.getByRole("button", { name: "a", exact: true }).press("Enter");
    await expectSoon(() => positions(page)).toEqual([1, 2]);
    expect(await page.locator("#tail-form").getByLabel("Topics").inputValue()).toBe("a");
    expect(new URL(page.url()).search).toBe("?topics=a&from=start");
  });

  test("shows only what topics, type, attributes and JSON filter let through together", async () => {
    const { url } = await daemonOf();
    const { page } = await visit(browser, url);
    const form = page.locator("#tail-form");
    await form.getByLabel("Topics").fill("orders.*, stock");
    await form.getByLabel("Type").fill("order.*");
    await form.getByLabel("Attributes").fill("paid=true");
    await form.getByText("Filter as JSON").click();
    await form.getByLabel("Filter", { exact: true }).fill('{"not": {"exact": {"region": "us"}}}');
    await form.getByRole("button", { name: "Follow" }).click();
    await live(page);
    const paid = { type: "order.paid", attributes: { paid: true, region: "eu" } };
    await publish(url, "orders.eu", [
      paid,
      { ...paid, attributes: { paid: true, region: "us" } },
      { ...paid, attributes: { paid: false } },
      { ...paid, type: "refund" },
      { ...paid, type: "order.sent" },
    ]);
    await publish(url, "orders.eu.deep", paid);
    await publish(url, "stock", paid);
    await expectSoon(() => positions(page)).toEqual([1, 5, 7]);
    expect(await page.locator("#tail-count").innerText()).toBe("3 events");

    await page.reload();
    await live(page);
    expect(await form.getByLabel("Filter", { exact: true }).inputValue()).toBe('{"not": {"exact": {"region": "us"}}}');
    await publish(url, "stock", [{ type: "refund" }, paid]);
    await expectSoon(() => positions(page)).toEqual([9]);
  });

  test("says what is wrong with a selection at the field that it is in", async () => {
    const { url } = await daemonOf();
    const { page } = await visit(browser, url);
    const form = page.locator("#tail-form");
    await live(page);
    await page.getByText("Filter as JSON").click();
    for (const [label, text, message] of [
      ["Topics", "orders..eu", /^topics\[0\]: "orders\.\.eu" is not a topic/],
      ["Attributes", "region", /^attributes: "region" is not name=value/],
      ["Filter", "{", /^filter: is not JSON/],
      ["Filter", '{"exactly": {"a": 1}}', /^filter: .*exactly/],
    ] as const) {
      const field = form.getByLabel(label, { exact: true });
      await field.fill(text);
      await form.getByRole("button", { name: "Follow" }).click();
      await expectSoon(() => page.locator("#tail-problem").innerText()).toMatch(message);
      await expectSoon(() => page.locator("[aria-invalid=true]:focus").count()).toBe(1);
      expect(await field.getAttribute("aria-invalid")).toBe("true");
      await field.fill(label === "Topics" ? ">" : "");
    }
    await form.getByRole("button", { name: "Follow" }).click();
    await live(page);
    expect(await page.locator("#tail-problem").innerText()).toBe("");
    expect(await page.locator("[aria-invalid]").count()).toBe(0);
  });

  test("keeps nothing but its place while it is paused, and shows then what came meanwhile", async () => {
    const { url, hub } = await daemonOf();
    const { page } = await visit(browser, url);
    await live(page);
    await publish(url, "a", { type: "t" });
    await expectSoon(() => positions(page)).toEqual([1]);
    await page.getByRole("button", { name: "Pause" }).click();
    await expectSoon(() => hub.connections().length).toBe(0);
    await publish(url, "a", [{ type: "t" }, { type: "t" }]);
    expect(await page.locator("#tail-state").innerText()).toBe("Paused");
    await page.getByRole("button", { name: "Resume" }).click();
    await expectSoon(() => positions(page)).toEqual([1, 2, 3]);
  });

  test("shows the newest 500 of more events, and counts all of them", async () => {
    const { url } = await daemonOf();
    const { page } = await visit(browser, url);
    await live(page);
    await publish(
      url,
      "a",
      Array.from({ length: 1_000 }, () => ({ type: "t" })),
    );
    await publish(
      url,
      "a",
      Array.from({ length: 234 }, () => ({ type: "t" })),
    );
    await expectSoon(() => page.locator("#tail-count").innerText()).toMatch(/^1\D234 events, the newest 500 shown$/);
    expect(await positions(page)).toEqual(Array.from({ length: 500 }, (_, index) => 735 + index));
  });
});
