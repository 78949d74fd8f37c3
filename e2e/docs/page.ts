import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import type { TestContext } from "vitest";
import { chromiumHint, findChromium } from "../../scripts/chromium.ts";
import type { Trial } from "./documents.ts";
import { unsaid } from "./output.ts";
import type { Ended } from "./process.ts";
import type { Workshop } from "./workshop.ts";

const PATIENCE_MS = 10_000;

/**
 * Serves a page where the documents say that pages come from, visits it, and answers what it says once that is all that
 * it should, or when patience ends.
 */
export async function showPage(context: TestContext, shop: Workshop, { body, shown }: Trial): Promise<Ended> {
  const url = shop.local("http://127.0.0.1:8080");
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(shop.local(body));
  }).listen(Number(new URL(url).port), "127.0.0.1");
  await once(server, "listening");
  try {
    return await visit(context, url, (page) => saidBy(page, shown));
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** Runs a script in a page of the daemon's own origin, until it follows something. */
export function runInPage(context: TestContext, shop: Workshop, script: string): Promise<Ended> {
  return visit(context, `${shop.url}/page`, async (page) => {
    await shop.subscribed(() => page.evaluate(script));
    return "";
  });
}

const BLANK = { contentType: "text/html", body: "<!doctype html><title>A page</title>" };

/** Where there is no browser, the test is skipped and says so. An error of the page is an exit code other than 0. */
async function visit(context: TestContext, url: string, look: (page: Page) => Promise<string>): Promise<Ended> {
  const executablePath = findChromium();
  if (executablePath === undefined) return context.skip(chromiumHint);
  // Chromium's sandbox refuses to run as root.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    await page.route("**/page", (route) => route.fulfill(BLANK));
    await page.goto(url);
    const said = await look(page);
    return { code: errors.length, said: [said, ...errors].join("\n") };
  } finally {
    await browser.close();
  }
}

async function saidBy(page: Page, shown: string): Promise<string> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  for (;;) {
    const said = await page.locator("body").innerText();
    if (late.aborted || unsaid(shown, said).length === 0) return said;
    await wait(50);
  }
}
