import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { FanfareError } from "@fanfare/protocol";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { StatusCode } from "hono/utils/http-status";
import type { Identity } from "../core/identity.ts";
import type { Gate } from "../core/ports/gate.ts";
import { requestApproach } from "./approach.ts";
import { readBody } from "./body.ts";
import type { Call, Route, Services } from "./route.ts";

export interface Environment {
  // A request that did not come over a socket, as in tests, has neither.
  Bindings: Partial<HttpBindings>;
}

type RouteContext = Context<Environment>;

const JSON_TYPE = "application/json";
const STREAM_TYPE = "text/event-stream";

/** Runs one route for one request: who asks, what for, and then its handler. */
export async function dispatch(route: Route, c: RouteContext, gate: Gate, services: Services): Promise<Response> {
  const query = new URL(c.req.url).searchParams;
  const accept = wantedType(route, c);
  const streams = accept === STREAM_TYPE;
  if (!streams) refuseStreamOnly(route, query);
  const call = {
    services,
    identity: await identify(route, c, gate, tokenIn(query)),
    params: c.req.param() as Readonly<Record<string, string>>,
    header: (name: string) => c.req.header(name),
    accept,
    abort: c.req.raw.signal,
  };
  if (streams) return stream(route, c, { ...call, body: undefined, query: route.stream?.query.read(query) });
  const answer = await route.handle({
    ...call,
    query: route.query?.read(query),
    body: route.bodies === undefined ? undefined : await readBody(route.bodies, c.req.raw, services.hub.limits),
  });
  // A status such as 204 has no body, not even an empty one.
  if (answer.text === "") return c.body(null, answer.status as StatusCode, answer.headers);
  return c.body(answer.text, answer.status as StatusCode & 200, {
    "Content-Type": answer.type ?? JSON_TYPE,
    ...answer.headers,
  });
}

async function stream(route: Route, c: RouteContext, call: Call<unknown, undefined>): Promise<Response> {
  const { incoming, outgoing } = c.env;
  if (incoming === undefined || outgoing === undefined)
    throw new FanfareError("not_acceptable", "Accept: streams need a server's socket");
  // Asked for the head alone, a stream must not begin.
  if (c.req.method === "HEAD") return c.body(null, 200, { "Content-Type": STREAM_TYPE });
  await route.stream?.handle(call, { incoming, outgoing, headers: Object.fromEntries(c.res.headers) });
  return RESPONSE_ALREADY_SENT;
}

/** Whoever comes to an open route: may do nothing. */
const NOBODY: Identity = { sub: "", kind: "user", grants: [], profiles: [] };

async function identify(route: Route, c: RouteContext, gate: Gate, queryToken?: string): Promise<Identity> {
  return route.access === "open" ? NOBODY : gate.identify(requestApproach(c.req.raw, queryToken));
}

/** Said before anybody is asked who they are: whoever forgot a header would look for the fault in the credential. */
function refuseStreamOnly({ query: asked, stream: form, queryToken }: Route, query: URLSearchParams): void {
  if (queryToken !== true && query.has("access_token"))
    throw new FanfareError(
      "invalid_request",
      "access_token: counts for streams and WebSockets only, elsewhere send Authorization: Bearer",
    );
  const name = Object.keys(form?.query.shape ?? {}).find((key) => !(key in (asked?.shape ?? {})) && query.has(key));
  if (name !== undefined) throw new FanfareError("invalid_request", `${name}: needs Accept: ${STREAM_TYPE}`);
}

function tokenIn(query: URLSearchParams): string | undefined {
  const [token, ...more] = query.getAll("access_token");
  if (more.length > 0) throw new FanfareError("invalid_request", "access_token: is given more than once");
  return token;
}

/** JSON unless the client prefers another form of the route's; what it would take none for is refused. */
function wantedType({ stream: form, forms = {} }: Route, c: RouteContext): string {
  const types = [JSON_TYPE, ...Object.keys(forms), ...(form === undefined ? [] : [STREAM_TYPE])];
  // Who can give one form only gives it, whatever is asked for.
  if (types.length === 1) return JSON_TYPE;
  const supports = [...types, "application/*", "*/*"];
  const chosen = accepts(c, { header: "Accept", supports, default: "", match: preferred });
  if (chosen === "" && c.req.header("accept") !== undefined)
    throw new FanfareError("not_acceptable", `Accept: there are ${types.slice(0, -1).join(", ")} and ${types.at(-1)}`);
  return types.includes(chosen) ? chosen : JSON_TYPE;
}

function preferred(
  accepted: readonly { readonly type: string; readonly q: number }[],
  { supports }: { readonly supports: readonly string[] },
): string {
  const known = accepted.filter(({ type, q }) => q > 0 && supports.includes(type.toLowerCase()));
  return known.toSorted((a, b) => b.q - a.q)[0]?.type.toLowerCase() ?? "";
}
