import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import type { Chosen, Wanted } from "./page-main.ts";

declare const alert: (text: string) => void;

const PATIENCE_MS = 30_000;

/** A page with a client. */
export class Tab {
  readonly page: Page;
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", ({ message }) => void this.complaints.push(message));
  }

  open(wanted: Wanted): Promise<void> {
    return this.page.evaluate((given) => tab.open(given), wanted);
  }

  subscribe(name: string, chosen: Chosen): Promise<void> {
    return this.page.evaluate(([called, given]) => tab.subscribe(called, given), [name, chosen] as const);
  }

  /** The data of the events that a subscription was told, and the reasons of its gaps. */
  told(name: string): Promise<readonly (number | string)[]> {
    return this.page.evaluate((called) => tab.told(called), name);
  }

  status(name: string): Promise<string | undefined> {
    return this.page.evaluate((called) => tab.status(called), name);
  }

  state(): Promise<string> {
    return this.page.evaluate(() => tab.state());
  }

  publish(topic: string, data: unknown): Promise<number | undefined> {
    return this.page.evaluate(([to, what]) => tab.publish(to, what), [topic, data] as const);
  }

  /** How many wait to hold the connection; the locks of tabs have dashes in their names. */
  inLine(): Promise<number> {
    return this.page.evaluate(
      `navigator.locks.query().then(({ pending }) => pending.filter(({ name }) => !name.includes("-")).length)`,
    );
  }

  /** Ends the process that draws the page, without a word to anybody. */
  async crash(): Promise<void> {
    const crashed = this.page.waitForEvent("crash");
    const session = await this.page.context().newCDPSession(this.page);
    // Nobody is left to answer.
    session.send("Page.crash").catch(() => undefined);
    await crashed;
  }

  /** Lets nothing run in the page until it is asked to go on, as a question to the user does. */
  async block(): Promise<() => Promise<void>> {
    const opened = this.page.waitForEvent("dialog");
    const over = this.page.evaluate(() => alert("everything waits"));
    const dialog = await opened;
    return async () => {
      await dialog.accept();
      await over;
    };
  }
}

/** A browser of one person: its tabs share whatever tabs share. */
export class Person {
  readonly #context: BrowserContext;
  readonly #origin: string;

  private constructor(context: BrowserContext, origin: string) {
    this.#context = context;
    this.#origin = origin;
  }

  static async enter(browser: Browser, origin: string, before = ""): Promise<Person> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    await context.addInitScript(before);
    return new Person(context, origin);
  }

  /** Opens a tab with a client. */
  async tab(wanted: Wanted): Promise<Tab> {
    const tab = new Tab(await this.#context.newPage());
    await tab.page.goto(this.#origin);
    await tab.open(wanted);
    return tab;
  }
}

/** The workers that hold connections. */
async function targets(session: CDPSession): Promise<readonly string[]> {
  const { targetInfos } = await session.send("Target.getTargets");
  return targetInfos.filter(({ type }) => type === "shared_worker").map(({ targetId }) => targetId);
}

/** How many workers there are. */
export async function workers(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { length } = await targets(session);
  await session.detach();
  return length;
}

/** Ends the workers, as a browser does that needs their memory. */
export async function killWorkers(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  const all = await targets(session);
  if (all.length === 0) throw new Error("there is no worker");
  for (const targetId of all) await session.send("Target.closeTarget", { targetId });
  await session.detach();
}
