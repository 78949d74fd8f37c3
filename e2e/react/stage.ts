import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { folder, serve, type Daemon } from "../cli/processes.ts";
import { visit, type Visit } from "../page/browser.ts";
import { bundle } from "./bundle.ts";
import type { Props, Scene } from "./scenes.ts";

/** React's development build, since strict mode needs it. */
const DEVELOPMENT = { "process.env.NODE_ENV": '"development"' };

/** What is served to a browser: the scripts, and a page around what some server has rendered. */
export class Site {
  readonly origin: string;
  readonly #server: Server;
  #html = "";

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(): Promise<Site> {
    const files = await bundle(join(import.meta.dirname, "page/main.ts"), DEVELOPMENT);
    const server = createServer(({ url = "/" }, response) => {
      const file = files.get(url);
      const type = file === undefined ? "text/html" : "text/javascript";
      response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(file ?? site.#page());
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const site = new Site(server);
    return site;
  }

  /** Starts a daemon that lets the site's pages in. */
  async serve(args?: readonly string[]): Promise<Daemon> {
    const config = join(await folder(), "fanfare.config.ts");
    await writeFile(config, `export default { origins: ["${this.origin}"] };\n`);
    return serve(args, { env: { FANFARE_CONFIG: config } });
  }

  /** Opens a page whose client is the hub's. `html` is what a server has rendered. */
  async visit(browser: Browser, hub: string, html = ""): Promise<Stage> {
    this.#html = html;
    const { page, ...rest } = await visit(browser, "about:blank");
    const sent: string[] = [];
    page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => void sent.push(wordsOf(String(payload))));
    });
    await page.goto(`${this.origin}/?hub=${encodeURIComponent(hub)}`);
    return new Stage({ page, ...rest }, sent);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #page(): string {
    return `<!doctype html><title>React</title><link rel="icon" href="data:,"><div id="root">${this.#html}</div><script type="module" src="/page.js"></script>`;
  }
}

function wordsOf(frame: string): string {
  const { method, params } = JSON.parse(frame) as { method: string; params?: { after?: string } };
  return [method, params?.after].filter((word) => word !== undefined).join(" ");
}

/** What a test says of a scene; the page adds the rest. */
type Said = Omit<Props, "client" | "hub" | "handler">;

/** A page that has the script. */
export class Stage {
  readonly page: Page;
  readonly complaints: readonly string[];
  /** The method of each frame that the page sent, and where `subscribe` began. */
  readonly sent: readonly string[];

  constructor({ page, complaints }: Omit<Visit, "origins">, sent: readonly string[]) {
    this.page = page;
    this.complaints = complaints;
    this.sent = sent;
  }

  render(scene: Scene, props: Said): Promise<void> {
    return this.page.evaluate(([name, given]) => stage.render(name, given), [scene, props] as const);
  }

  hydrate(scene: Scene, props: Said): Promise<void> {
    return this.page.evaluate(([name, given]) => stage.hydrate(name, given), [scene, props] as const);
  }

  clear(): Promise<void> {
    return this.page.evaluate(() => stage.clear());
  }

  /** What an element of the scene says now. */
  text(id: "told" | "status" | "gap" | "error" | "connection"): Promise<string> {
    return this.page.locator(`#${id}`).innerText();
  }
}
