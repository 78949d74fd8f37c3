import { existsSync } from "node:fs";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { etag } from "hono/etag";
import type { Environment } from "./dispatch.ts";
import { PAGE_HEADERS } from "./security-headers.ts";

/** Static pages below `/`. */
export type Pages = Hono<Environment>;

/** Serves a folder of built files, `index.html` for `/`; read at each request and told apart by their content. */
export function createPages(folder: string): Pages {
  const pages: Pages = new Hono<Environment>();
  pages.use(etag(), async (c, next) => {
    await next();
    if (c.res.ok) for (const [name, value] of Object.entries(PAGE_HEADERS)) c.header(name, value);
  });
  // Sources that were never built have no pages, and that is no error.
  if (existsSync(folder)) pages.get("*", serveStatic<Environment>({ root: folder }));
  return pages;
}
