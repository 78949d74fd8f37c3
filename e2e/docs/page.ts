import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import type { TestContext } from "vitest";
import { chromiumHint, findChromium } from "../../scripts/chromium.ts";
import { bundle, type Files } from "../react/bundle.ts";
import type { Trial } from "./documents.ts";
import { unsaid } from "./output.ts";
import type { Ended } from "./process.ts";
import type { Workshop } from "./workshop.ts";

const PATIENCE_MS = 10_000;

/** Where the documents say that pages come from: any static server, and Vite's own. */
const SITES = ["http://127.0.0.1:8080", "http://localhost:5173"];

/**
 * Serves a page where its document says that pages come from, visits it, and answers what it says once that is all that
 * it should, or when patience ends. A page of modules is made by Vite first.
 */
export async function showPage(context: TestContext, shop: Workshop, trial: Trial): Promise<Ended> {
  const { body, shown } = trial;
  const url = shop.local(SITES.find((site) => shop.knows(site)) ?? "");
  const files = /<script [^>]*\bsrc=/.test(body) ? await made(shop, trial) : new Map([["/", shop.local(body)]]);
  const server = createServer(({ url: path = "/" }, response) => {
    const type = path.endsWith(".js") ? "text/javascript" : "text/html";
    const file = files.get(path);
    response.writeHead(file === undefined ? 404 : 200, { "content-type": `${type}; charset=utf-8` }).end(file);
  }).listen(Number(new URL(url).port), "127.0.0.1");
  await once(server, "listening");
  try {
    return await visit(context, url, (page) => saidBy(page, shown));
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** What Vite makes of a page and of the modules that stand before it. */
async function made(shop: Workshop, { body }: Trial): Promise<Files> {
  await shop.write("index.html", body);
  const files = await bundle(join(shop.folder, "index.html"));
  return new Map([...files].map(([path, file]) => [path === "/index.html" ? "/" : path, file]));
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
