import { FanfareError } from "@fanfare/protocol";
import { z } from "zod";
import type { Query } from "../contract/query.ts";
import { defineRoute, json, type Answer, type Call, type Route } from "../http/route.ts";
import { ACTOR_HEADER, readActor } from "./actor.ts";
import type { App } from "./app.ts";
import { KEY_HEADER, type Caller } from "./call.ts";
import { fieldOf, hasBody, pathFields } from "./route-check.ts";
import type { RouteSpec, RouteTable, Service } from "./route.ts";
import { fieldKind, readText } from "./text-values.ts";

type Fields = Readonly<Record<string, unknown>>;
type Method = (input: Fields, caller: Caller) => Promise<unknown>;

/** An app's routes as a hub serves and describes them: each reads its input and calls the service, nothing else. */
export function httpRoutes<Routes extends RouteTable>(
  { name: app, routes }: Pick<App<Routes>, "name" | "routes">,
  service: Service<Routes>,
): readonly Route[] {
  return Object.entries(routes).map(([name, route]) => toRoute(app, name, route, service[name] as unknown as Method));
}

function toRoute(app: string, name: string, route: RouteSpec, method: Method): Route {
  const { output, status = output === undefined ? 204 : 200, summary, description, problems = [] } = route;
  const inPath = pathFields(route.path);
  const rest = restOf(route);
  const writes = route.method !== "GET";
  const answer = { description: summary, ...(output !== undefined && { schema: output }) };
  return defineRoute<Fields, Fields | undefined>({
    method: route.method,
    path: `/api/v1/${app}${route.path}`,
    operation: `${app}_${name}`,
    summary,
    ...(description !== undefined && { description }),
    access: "guarded",
    params: Object.fromEntries(inPath.map((field) => [field, fieldDescription(route, field)])),
    headers: writes ? { ...ACTOR_ABOUT, ...KEY_ABOUT } : ACTOR_ABOUT,
    query: hasBody(route.method) ? NO_QUERY : textQuery(rest),
    ...(hasBody(route.method) &&
      Object.keys(rest).length > 0 && {
        bodies: { "application/json": { schema: z.strictObject(rest), read: toFields } },
      }),
    answers: { [status]: answer },
    problems: ["forbidden", ...(writes ? (["key_reused"] as const) : []), "unavailable", ...problems],
    async handle(call) {
      const params = Object.entries(call.params).map(([key, text]) => [key, fromText(route, key, [text])] as const);
      const input = { ...call.query, ...call.body, ...Object.fromEntries(params) };
      return toAnswer(await method(input, callerOf(call)), status);
    },
  });
}

const ACTOR_ABOUT = {
  [ACTOR_HEADER]:
    "Who acts, as TYPE:NAME, percent-encoded. Taken in open loopback mode only: elsewhere the token says it.",
};
const KEY_ABOUT = { [KEY_HEADER]: "The same request with the same key has one effect; kept for a day." };

function callerOf({ identity, header }: Call<unknown, unknown>): Caller {
  const actor = header(ACTOR_HEADER.toLowerCase());
  return {
    identity,
    actor: actor === undefined ? undefined : readActor(actor, ACTOR_HEADER),
    idempotencyKey: header(KEY_HEADER.toLowerCase()),
  };
}

/** The fields of the input that do not stand in the path. */
function restOf({ input, path }: RouteSpec): z.ZodRawShape {
  const inPath = pathFields(path);
  return Object.fromEntries(Object.entries(input.shape).filter(([field]) => !inPath.includes(field))) as z.ZodRawShape;
}

function fieldDescription({ input }: RouteSpec, field: string): string {
  const schema = input.shape[field] as z.ZodType | undefined;
  return schema?.description ?? "";
}

const NO_QUERY: Query<Fields> = { shape: {}, read: (params) => readFields({}, params) };

function textQuery(shape: z.ZodRawShape): Query<Fields> {
  return { shape, read: (params) => readFields(shape, params) };
}

/** The fields as values, not yet checked: that is the service's. */
function readFields(shape: z.ZodRawShape, params: URLSearchParams): Fields {
  const fields: Record<string, unknown> = {};
  for (const name of new Set(params.keys())) {
    if (!Object.hasOwn(shape, name)) {
      const known = Object.keys(shape).join(", ");
      const words = known === "" ? "there are none here" : `allowed: ${known}`;
      throw new FanfareError("invalid_request", `${JSON.stringify(name.slice(0, 64))}: unknown parameter; ${words}`);
    }
    fields[name] = valueOf(shape[name], name, params.getAll(name));
  }
  return fields;
}

function fromText({ input }: RouteSpec, field: string, texts: readonly string[]): unknown {
  return valueOf(fieldOf(input, field), field, texts);
}

function valueOf(schema: z.core.$ZodType | undefined, name: string, texts: readonly string[]): unknown {
  const kind = fieldKind(schema) ?? { scalar: "text", list: false };
  const values = texts.map((text) => readText(text, kind));
  if (kind.list) return values;
  if (values.length > 1)
    throw new FanfareError("invalid_request", `${name}: is given ${values.length} times, at most once is allowed`);
  return values[0];
}

function toFields(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new FanfareError("invalid_request", "body: must be an object");
  return value as Fields;
}

function toAnswer(output: unknown, status: number): Answer {
  return output === undefined ? { status, text: "" } : json(output, status);
}
