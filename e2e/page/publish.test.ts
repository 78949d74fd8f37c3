import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { daemonOf, expectSoon, isFocused, launch, live, positions, suite, visit, withoutBrowser } from "./browser.ts";

const fill = async (page: Page, fields: Readonly<Record<string, string>>): Promise<void> => {
  for (const [label, value] of Object.entries(fields))
    await page.locator("#publish-form").getByLabel(label).fill(value);
};

const submit = (page: Page): Promise<void> => page.getByRole("button", { name: "Publish" }).click();

describe.skipIf(withoutBrowser)(suite("the form that publishes"), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test("publishes what is typed and says where it stands in the log", async () => {
    const { url } = await daemonOf();
    const { page } = await visit(browser, url);
    await live(page);
    await fill(page, { Topic: "orders.eu", Type: "order.paid", Attributes: 'n=1, s="2", ok=true', Data: '{"a": [1]}' });
    await submit(page);
    await expectSoon(() => page.locator("#publish-done").innerText()).toBe("Published at position 1");
    await expectSoon(() => positions(page)).toEqual([1]);
    const attributes = { n: 1, s: "2", ok: true };
    expect(await (await fetch(`${url}/api/v1/events`)).json()).toMatchObject({
      events: [{ topic: "orders.eu", type: "order.paid", attributes, data: { a: [1] } }],
    });
    await submit(page);
    await expectSoon(() => page.locator("#publish-done").innerText()).toBe("Published at position 2");
  });

  test("says what is wrong at the field that it is in, and forgets it once it is right", async () => {
    const { url } = await daemonOf();
    const { page } = await visit(browser, url);
    const good = { Topic: "a", Type: "t", Attributes: "", Data: "1" };
    const problem = page.locator("#publish-problem");
    for (const [label, text, message] of [
      ["Data", "{", /^data: is not JSON: /],
      ["Topic", "", /^topic: name one/],
      ["Topic", "orders..eu", /^topic: "orders\.\.eu" is not made of tokens/],
      ["Topic", "a/b c?d#e", /^topic: "a\/b c\?d#e" is not made of tokens/],
      ["Type", "", /^type: /],
      ["Type", "gap", /^type: "gap" is reserved/],
      ["Attributes", "a=1,,b=2", /^attributes: /],
      ["Attributes", "no-name=1", /^attributes.*no-name/],
    ] as const) {
      await fill(page, { ...good, [label]: text });
      await submit(page);
      await expectSoon(() => problem.innerText()).toMatch(message);
      const field = page.locator("#publish-form").getByLabel(label);
      expect(await field.getAttribute("aria-invalid")).toBe("true");
      expect(await isFocused(field)).toBe(true);
      expect(await page.locator("#publish-done").innerText()).toBe("");
    }
    await fill(page, good);
    await submit(page);
    await expectSoon(() => page.locator("#publish-done").innerText()).toBe("Published at position 1");
    expect(await problem.innerText()).toBe("");
    expect(await page.locator("[aria-invalid]").count()).toBe(0);
  });

  test("publishes one event however often it is sent before an answer comes", async () => {
    const { url } = await daemonOf();
    const { page } = await visit(browser, url);
    await fill(page, { Topic: "a" });
    await page.route("**/api/v1/topics/a/events", async (route) => {
      await route.fetch();
      await route.abort();
    });
    await submit(page);
    await expectSoon(() => page.locator("#publish-problem").innerText()).toMatch(
      /^The daemon did not answer\. Publish again/,
    );
    await page.unroute("**/api/v1/topics/a/events");
    await submit(page);
    await expectSoon(() => page.locator("#publish-done").innerText()).toBe("It was there already at position 1");
  });
});
