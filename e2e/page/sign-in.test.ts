import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fanfare } from "../cli/processes.ts";
import { daemonOf, expectSoon, isFocused, launch, live, positions, suite, visit, withoutBrowser } from "./browser.ts";

const secret = "0123456789abcdef0123456789abcdef";

async function tokenFor(...grants: string[]): Promise<string> {
  const options = grants.flatMap((grant) => ["--grant", grant]);
  const { code, stdout } = await fanfare(["token", "create", "--sub", "me", ...options], {
    env: { FANFARE_AUTH_SECRET: secret },
  });
  expect(code).toBe(0);
  return stdout.trim();
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel("Token").fill(token);
  await page.keyboard.press("Enter");
}

describe.skipIf(withoutBrowser)(suite("where a token is needed"), () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test("the page asks for one, keeps it in its tab and shows everything that it allows", async () => {
    const { url } = await daemonOf({ auth: { secret } });
    const { page } = await visit(browser, url);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await isFocused(page.getByLabel("Token"))).toBe(true);
    await signIn(page, "not-a-token");
    await expectSoon(() => page.locator("#sign-in-problem").innerText()).not.toBe("");
    expect(await page.evaluate("sessionStorage.length")).toBe(0);

    const token = await tokenFor("subscribe,publish,admin:>");
    await signIn(page, token);
    await live(page);
    await expectSoon(() => page.locator("#state").innerText()).toBe("Healthy");
    expect(await page.locator("#sign-in").isVisible()).toBe(false);
    await page.locator("#publish-form").getByLabel("Topic").fill("a");
    await page.getByRole("button", { name: "Publish" }).click();
    await expectSoon(() => positions(page)).toEqual([1]);
    expect(await page.evaluate("[localStorage.length, document.cookie, location.href]")).toEqual([0, "", `${url}/`]);

    await page.reload();
    await live(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
  });

  test("a token without admin follows and publishes what it may, and is told what it may not", async () => {
    const { url, hub } = await daemonOf({ auth: { secret } });
    const { page } = await visit(browser, `${url}/?topics=a`);
    await signIn(page, await tokenFor("subscribe,publish:a"));
    await live(page);
    await hub.publish("a", { type: "t" });
    await expectSoon(() => positions(page)).toEqual([1]);
    await expectSoon(() => page.locator("#overview-problem").innerText()).toMatch(/admin/);
    await page.locator("#tail-form").getByLabel("Topics").fill("b");
    await page.getByRole("button", { name: "Follow", exact: true }).click();
    await expectSoon(() => page.locator("#tail-problem").innerText()).toMatch(/b/);
    expect(await page.locator("#tail-state").innerText()).toBe("Not connected");
    await page.locator("#publish-form").getByLabel("Topic").fill("b");
    await page.getByRole("button", { name: "Publish" }).click();
    await expectSoon(() => page.locator("#publish-problem").innerText()).not.toBe("");
  });

  test("a revoked token ends the live events and is asked for anew", async () => {
    const { url, hub } = await daemonOf({ auth: { secret } });
    const { page } = await visit(browser, url);
    await signIn(page, await tokenFor("subscribe,publish,admin:>"));
    await live(page);
    await hub.revoke({ sub: "me" });
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await page.locator("#tail-state").innerText()).toBe("Not connected");
  });
});
