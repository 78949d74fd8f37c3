import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import type { TestContext } from "vitest";
import { chromiumHint, findChromium } from "../../scripts/chromium.ts";
import type { Trial } from "./documents.ts";
import { unsaid } from "./output.ts";
import type { Workshop } from "./workshop.ts";

const PATIENCE_MS = 10_000;

/**
 * Serves a page where the documents say that pages come from, visits it, and answers what it says once that is all that
 * it should, or when patience ends. Where there is no browser, the test is skipped and says so.
 */
export async function showPage(
  context: TestContext,
  shop: Workshop,
  { body, shown }: Trial,
): Promise<{ readonly code: number; readonly said: string }> {
  const executablePath = findChromium();
  if (executablePath === undefined) return context.skip(chromiumHint);
  const url = shop.local("http://127.0.0.1:8080");
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(shop.local(body));
  }).listen(Number(new URL(url).port), "127.0.0.1");
  await once(server, "listening");
  // Chromium's sandbox refuses to run as root.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    await page.goto(url);
    const said = await saidBy(page, shown);
    return { code: errors.length, said: [said, ...errors].join("\n") };
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
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
