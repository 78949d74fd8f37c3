import { FanfareError } from "@fanfare/protocol";
import type { HttpBindings } from "@hono/node-server";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { StatusCode } from "hono/utils/http-status";
import { isServerFault, toRefusal } from "../contract/problem.ts";
import { redactedUrl } from "../contract/redacted-url.ts";
import type { Gate } from "../core/ports/gate.ts";
import { requestApproach } from "./approach.ts";
import { BATCH_HEADERS } from "./cloudevent-batch.ts";
import { dispatch, type Environment } from "./dispatch.ts";
import { describeApi, type ApiDescription } from "./openapi.ts";
import type { Pages } from "./pages.ts";
import type { Route, Services } from "./route.ts";
import { allRoutes } from "./routes/all.ts";
import { DATA_HEADERS } from "./security-headers.ts";

export interface ApiOptions extends Omit<Services, "report"> {
  readonly gate: Gate;
  /** For the description. */
  readonly version: string;
  /** Origins besides the server's own whose pages may read answers; the gate has the same list. Default none. */
  readonly origins?: readonly string[] | undefined;
  /** Further routes, described and guarded like the hub's own. */
  readonly routes?: readonly Route[] | undefined;
  /** Static pages below `/`, for whatever no route is. */
  readonly pages?: Pages | undefined;
  /** Static pages of their own below `/<name>/`, by name. */
  readonly sites?: ReadonlyMap<string, Pages> | undefined;
  /** Told of every answered request; a stream's when it begins. */
  readonly onRequest?: ((request: RequestRecord) => void) | undefined;
  /** Told of failures that a client is not told all about. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** One line of an access log. */
export interface RequestRecord {
  readonly method: string;
  /** Path and query, without credentials. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
}

/** All of HTTP but the sockets: a function from request to response, with no port of its own. */
export interface Api {
  fetch(request: Request, bindings?: Partial<HttpBindings>): Response | Promise<Response>;
  /** The OpenAPI document, as `/openapi.json` answers it. */
  describe(): ApiDescription;
}

type ApiContext = Context<Environment>;
type Middleware = MiddlewareHandler<Environment>;

/**
 * Makes the HTTP side of a hub.
 *
 * @example
 * const api = createApi({ hub, gate, version: "1.0.0" });
 * const response = await api.fetch(new Request("http://127.0.0.1/api/v1/topics", { headers: { host: "127.0.0.1" } }));
 */
export function createApi({ gate, version, origins = [], pages, sites, onRequest, onError, ...rest }: ApiOptions): Api {
  const report = onError ?? (() => {});
  const routes = [...allRoutes(rest.hub.limits), ...(rest.routes ?? [])];
  // Only who asks for it pays for it.
  let description: ApiDescription | undefined;
  const describe = (): ApiDescription => (description ??= describeApi(routes, version));
  const app = new Hono<Environment>();
  app.onError((error, c) => refuse(c, error, report));
  app.notFound((c) => refuse(c, new FanfareError("not_found", "path: nothing is here"), report));
  if (onRequest !== undefined) app.use(recorded(onRequest));
  app.use(guarded(gate));
  if (origins.length > 0) app.use(sharedWith(origins));
  for (const route of routes)
    app.on(route.method, toPattern(route.path), (c) => dispatch(route, c, gate, { ...rest, report }));
  app.get("/openapi.json", (c) => c.json(describe()));
  for (const [path, methods] of methodsOf(routes)) app.all(toPattern(path), (c) => otherMethod(c, methods, report));
  for (const [name, site] of sites ?? []) {
    app.get(`/${name}`, (c) => c.redirect(`${name}/`, 308));
    app.route(`/${name}/`, site);
  }
  if (pages !== undefined) app.route("/", pages);
  return { fetch: (request, bindings = {}) => app.fetch(request, bindings), describe };
}

/** @example toPattern("/api/v1/topics/{topic}/events") // "/api/v1/topics/:topic/events" */
function toPattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function methodsOf(routes: readonly Route[]): ReadonlyMap<string, string> {
  const known = [...routes, { path: "/openapi.json", method: "GET" }];
  const byPath = Map.groupBy(known, ({ path }) => path);
  const listed = [...byPath].map(([path, same]) => {
    const methods = same.map(({ method }) => method);
    return [path, [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ")] as const;
  });
  return new Map(listed);
}

function otherMethod(c: ApiContext, methods: string, report: Services["report"]): Response {
  c.header("Allow", methods);
  if (c.req.method === "OPTIONS") return c.body(null, 204);
  return refuse(c, new FanfareError("method_not_allowed", `method: there are ${methods} here`), report);
}

function refuse(c: ApiContext, error: unknown, report: Services["report"]): Response {
  if (isServerFault(error)) report(error);
  const { status, headers, body } = toRefusal(error);
  return c.body(body, status as StatusCode & 400, headers);
}

/** Before anything of a request is read: is it meant for this server, and may the page behind it ask? */
function guarded(gate: Gate): Middleware {
  return async (c, next) => {
    for (const [name, value] of Object.entries(DATA_HEADERS)) c.header(name, value);
    gate.check(requestApproach(c.req.raw));
    await next();
  };
}

function sharedWith(origins: readonly string[]): Middleware {
  return cors({
    origin: [...origins],
    allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders: ["Authorization", "Content-Type", "Last-Event-ID", "Idempotency-Key", "Fanfare-Actor"],
    exposeHeaders: ["Retry-After", ...Object.keys(BATCH_HEADERS)],
    credentials: true,
    maxAge: 600,
  });
}

function recorded(onRequest: NonNullable<ApiOptions["onRequest"]>): Middleware {
  return async (c, next) => {
    const started = performance.now();
    await next();
    const { pathname, search } = new URL(c.req.url);
    const path = redactedUrl(pathname + search);
    onRequest({ method: c.req.method, path, status: c.res.status, ms: performance.now() - started });
  };
}
