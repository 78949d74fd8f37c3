import { join } from "node:path";
import { startDaemon, type Config, type Daemon } from "fanfare/daemon";
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from "playwright-core";
import { build } from "vite";
import { expect, onTestFinished } from "vitest";
import { chromiumHint, findChromium } from "../../scripts/chromium.ts";

const executablePath = findChromium();

/** Names the suite, and says how to get a browser where there is none. */
export const suite = (name: string): string => (executablePath === undefined ? `${name} (${chromiumHint})` : name);

/** For `describe.skipIf`. */
export const withoutBrowser = executablePath === undefined;

const PATIENCE_MS = 30_000;

/** Asks until the answer is the expected one. */
export const expectSoon = <Value>(ask: () => Value) => expect.poll(ask, { timeout: PATIENCE_MS });

const pageFolder = join(import.meta.dirname, "../../packages/fanfare/page");

/** Builds the page, so that no test looks at an old one, and starts Chromium. */
export async function launch(): Promise<Browser> {
  await build({ configFile: join(pageFolder, "vite.config.ts"), logLevel: "warn" });
  // Chromium's sandbox refuses to run as root.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args });
}

/** A daemon of this process that forgets everything and goes with its test. */
export async function daemonOf(config: Config = {}): Promise<Daemon> {
  const daemon = await startDaemon({
    addr: "127.0.0.1:0",
    log: "memory:",
    logging: { level: "silent" },
    shutdown: { spreadMs: 0 },
    ...config,
  });
  onTestFinished(() => daemon.stop());
  return daemon;
}

export type Visit = {
  readonly page: Page;
  /** What the browser complained about: errors of scripts, refusals of the content security policy. */
  readonly complaints: string[];
  /** Everything that was asked for, as origins. */
  readonly origins: Set<string>;
};

/** Opens a page in a context of its own, which goes with its test. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // A lost connection is an error for the console, and what some tests are about.
    const lost = /^(Failed to load|WebSocket connection to .* failed)/.test(message.text());
    if (message.type() === "error" && !lost) complaints.push(message.text());
  });
  page.on("request", (request) => origins.add(new URL(request.url()).origin));
  await page.goto(url);
  return { page, complaints, origins };
}

/** Waits until the live events are connected. */
export const live = (page: Page): Promise<void> => page.locator("#tail-state", { hasText: /^Live$/ }).waitFor();

/** Positions of the events that are shown, oldest first. */
export const positions = (page: Page): Promise<number[]> =>
  page.evaluate(
    `[...document.querySelectorAll("#tail-rows > li[data-position]")].map((row) => Number(row.dataset.position)).reverse()`,
  );

/** True where the keyboard is. */
export const isFocused = async (field: Locator): Promise<boolean> =>
  (await field.and(field.page().locator(":focus")).count()) === 1;

/** What the page says to those who listen, in order, from now on. */
export async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(`
    said = [];
    region = document.querySelector("#announcement");
    new MutationObserver(() => said.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
  `);
  return () => page.evaluate("said");
}
