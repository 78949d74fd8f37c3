import { PROBLEMS, type JsonObject, type ProblemCode } from "@fanfare/protocol";
import { problem } from "../contract/problem.ts";
import { Components } from "./openapi-components.ts";
import { headerParameters, pathParameters, queryParameters } from "./openapi-parameters.ts";
import type { Described, Route } from "./route.ts";

/** An OpenAPI 3.1 document. */
export type ApiDescription = JsonObject;

/** Describes the routes, from nothing but what they run by. */
export function describeApi(routes: readonly Route[], version: string): ApiDescription {
  const components = new Components();
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: describeRoute(route, components) };
  return {
    openapi: "3.1.1",
    info: {
      title: "Fanfare",
      version,
      description: "A durable real-time event hub: publish, read by pages, follow as a stream.",
      license: { name: "MIT", identifier: "MIT" },
    },
    paths,
    components: { schemas: components.all(), securitySchemes: SCHEMES },
  };
}

const SCHEMES: JsonObject = {
  bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
  query: { type: "apiKey", in: "query", name: "access_token", description: "For streams of browsers only." },
};

function describeRoute(route: Route, components: Components): JsonObject {
  const { operation, summary, description, stream } = route;
  const parameters = [...pathParameters(route), ...queryParameters(route, components), ...headerParameters(route)];
  const about = [description, stream?.description].filter((part) => part !== undefined);
  return {
    operationId: operation,
    summary,
    ...(about.length > 0 && { description: about.join("\n\n") }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.bodies !== undefined && { requestBody: requestBody(route, components) }),
    responses: { ...answers(route, components), ...problems(route, components) },
    security: security(route),
  };
}

/** Nothing at all is the open mode of a daemon on loopback. */
function security({ access, stream, queryToken }: Route): readonly JsonObject[] {
  if (access === "open") return [];
  const query = stream !== undefined || queryToken === true ? [{ query: [] }] : [];
  return [{ bearer: [] }, ...query, {}];
}

function requestBody({ bodies = {} }: Route, components: Components): JsonObject {
  const forms = Object.entries(bodies).map(([type, { schema }]) => [type, { schema: components.input(schema) }]);
  return { required: true, content: Object.fromEntries(forms) as JsonObject };
}

function answers(route: Route, components: Components): JsonObject {
  const described = Object.entries(route.answers).map(([status, answer]) => {
    const content = {
      ...contentOf(answer, components),
      ...(status === "200" && { ...otherContent(route, components), ...streamContent(route) }),
    };
    const headers = status === "200" ? otherHeaders(route) : {};
    return [
      status,
      {
        description: answer.description,
        ...(Object.keys(headers).length > 0 && { headers }),
        ...(Object.keys(content).length > 0 && { content }),
      },
    ];
  });
  return Object.fromEntries(described) as JsonObject;
}

function contentOf({ schema, type = "application/json" }: Described, components: Components): JsonObject {
  return schema === undefined ? {} : { [type]: { schema: components.output(schema) } };
}

function otherContent({ forms = {} }: Route, components: Components): JsonObject {
  const described = Object.entries(forms).map(([type, { schema }]) => [type, { schema: components.output(schema) }]);
  return Object.fromEntries(described) as JsonObject;
}

function otherHeaders({ forms = {} }: Route): JsonObject {
  const described = Object.entries(forms).flatMap(([type, { headers }]) =>
    Object.entries(headers).map(([name, description]) => [
      name,
      { description: `With \`${type}\`: ${description}`, schema: { type: "string" } },
    ]),
  );
  return Object.fromEntries(described) as JsonObject;
}

function streamContent({ stream }: Route): JsonObject {
  return stream === undefined ? {} : { "text/event-stream": { schema: { type: "string" } } };
}

function problems(route: Route, components: Components): JsonObject {
  const byStatus = Map.groupBy(new Set(problemsOf(route)), (code) => PROBLEMS[code].status);
  const taken = new Set(Object.keys(route.answers).map(Number));
  const described = [...byStatus]
    .filter(([status]) => !taken.has(status))
    .toSorted(([a], [b]) => a - b)
    .map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join("; "),
        content: { "application/problem+json": { schema: components.output(problem) } },
      },
    ]);
  return Object.fromEntries(described) as JsonObject;
}

/** Codes that a route may answer with by being what it is, and those that it names. */
function problemsOf({ method, access, bodies, problems: named = [] }: Route): readonly ProblemCode[] {
  return [
    "invalid_request",
    ...(bodies === undefined ? [] : (["invalid_json", "payload_too_large", "unsupported_media_type"] as const)),
    ...(access === "open" ? [] : (["unauthenticated", "token_expired", "token_revoked"] as const)),
    ...(method === "GET" ? [] : (["invalid_origin"] as const)),
    "misdirected",
    ...named,
    "internal",
  ];
}
