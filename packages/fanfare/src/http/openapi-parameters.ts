import type { JsonObject } from "@fanfare/protocol";
import type { z } from "zod";
import type { Components } from "./openapi-components.ts";
import type { Route } from "./route.ts";

export function pathParameters({ path, params = {} }: Route): readonly JsonObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    description: params[name] ?? "",
    schema: { type: "string" },
  }));
}

/** Those of a page and of a stream, each once. */
export function queryParameters({ query, stream }: Route, components: Components): readonly JsonObject[] {
  const shape = { ...query?.shape, ...stream?.query.shape };
  const described = Object.entries(shape).map(([name, schema]) =>
    queryParameter(name, schema as z.ZodType, components),
  );
  return stream === undefined ? described : [...described, LAST_EVENT_ID];
}

export function headerParameters({ headers = {} }: Route): readonly JsonObject[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: "header",
    description,
    schema: { type: "string" },
  }));
}

const LAST_EVENT_ID: JsonObject = {
  name: "Last-Event-ID",
  in: "header",
  description: "Streams: the last `id:` of a client that comes back. Wins over `after`.",
  schema: { type: "string" },
};

function queryParameter(name: string, schema: z.ZodType, components: Components): JsonObject {
  const { description, contentMediaType, ...described } = components.output(schema);
  const required = !schema.safeParse(undefined).success;
  const head = {
    name,
    in: "query",
    ...(description !== undefined && { description }),
    ...(required && { required }),
  };
  if (name === "attr") return { ...head, style: "form", explode: true, schema: attributes(described) };
  if (contentMediaType === undefined) return { ...head, schema: described };
  return { ...head, content: { "application/json": { schema: described } } };
}

/** An object of form style spreads into `attr.x=1&attr.y=2`: its own name is not in the query. */
function attributes({ additionalProperties = {} }: JsonObject): JsonObject {
  return { type: "object", patternProperties: { "^attr\\.": additionalProperties }, additionalProperties: false };
}
