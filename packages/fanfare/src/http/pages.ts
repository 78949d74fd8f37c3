import { existsSync } from "node:fs";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { etag } from "hono/etag";
import type { Environment } from "./dispatch.ts";
import { PAGE_HEADERS } from "./security-headers.ts";

/** Static pages below `/`. */
export type Pages = Hono<Environment>;

export interface PagesOptions {
  /**
   * Where they are mounted, `/forum` say; default the root. Below an address of their own, one without a file is answered
   * with `index.html`, whose script knows what to show.
   */
  readonly below?: `/${string}` | undefined;
}

/** Serves a folder of built files, `index.html` for `/`; read at each request and told apart by their content. */
export function createPages(folder: string, { below }: PagesOptions = {}): Pages {
  const pages: Pages = new Hono<Environment>();
  pages.use(etag(), async (c, next) => {
    await next();
    if (c.res.ok) for (const [name, value] of Object.entries(PAGE_HEADERS)) c.header(name, value);
  });
  // Sources that were never built have no pages, and that is no error.
  if (!existsSync(folder)) return pages;
  const rewriteRequestPath = (path: string): string => path.slice(below?.length ?? 0);
  pages.get("*", serveStatic<Environment>({ root: folder, rewriteRequestPath }));
  if (below !== undefined) {
    const index = serveStatic<Environment>({ root: folder, path: "index.html" });
    pages.get("*", (c, next) => (isAddress(c.req.path) ? index(c, next) : next()));
  }
  return pages;
}

/** A file has a dot in its name; whatever else is asked for is an address within the pages. */
function isAddress(path: string): boolean {
  return !path.slice(path.lastIndexOf("/")).includes(".");
}
