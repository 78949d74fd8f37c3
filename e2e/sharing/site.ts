import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { build, defaultClientConditions } from "vite";
import { findChromium } from "../../scripts/chromium.ts";

/** Another name of this machine, which browsers give no locks, since it is not called `localhost`. */
const INSECURE_HOST = "elsewhere.test";

/** The pages' files, as Vite makes them of the client's sources without being told of any worker. */
async function bundle(): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    resolve: { conditions: ["@fanfare/source", ...defaultClientConditions] },
    build: {
      write: false,
      rolldownOptions: {
        input: join(import.meta.dirname, "page-main.ts"),
        output: { entryFileNames: "page.js" },
      },
    },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const files = outputs.flatMap((one) => ("output" in one ? one.output : []));
  return new Map(files.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]));
}

/** Serves the page, and its scripts. */
export class Site {
  readonly origin: string;
  /** The same site to a browser that takes it for a foreign machine. */
  readonly insecureOrigin: string;
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  readonly #server: Server;

  private constructor(server: Server, files: ReadonlyMap<string, string | Uint8Array>) {
    const { port } = server.address() as AddressInfo;
    this.#server = server;
    this.files = files;
    this.origin = `http://127.0.0.1:${port}`;
    this.insecureOrigin = `http://${INSECURE_HOST}:${port}`;
  }

  static async open(): Promise<Site> {
    const files = await bundle();
    const page = `<!doctype html><title>Tab</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>`;
    const server = createServer(({ url = "/" }, response) => {
      const file = files.get(url);
      const status = file === undefined && url !== "/" ? 404 : 200;
      const type = file === undefined ? "text/html" : "text/javascript";
      response.writeHead(status, { "content-type": `${type}; charset=utf-8` }).end(file ?? page);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    return new Site(server, files);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

export async function launch(): Promise<Browser> {
  const executablePath = findChromium();
  // Chromium's sandbox refuses to run as root.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  args.push(`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`);
  return chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args });
}
