import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, PROBLEMS, type JsonObject } from "@fanfare/protocol";
import { apiUnderTest, documentOf } from "../../testing/api-under-test.ts";
import { OPENAPI_FILE, openapiText } from "../../testing/openapi-document.ts";
import { describeApi } from "./openapi.ts";
import { allRoutes } from "./routes/all.ts";

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: JsonObject }>> }>>;
  readonly security: readonly JsonObject[];
}

const description = describeApi(allRoutes(DEFAULT_LIMITS), "1.0.0") as unknown as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: JsonObject };
};
const operations = Object.values(description.paths).flatMap((path) => Object.values(path));

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);
ajv.addSchema({ ...description, $id: "api" });

/** Holds a document against a response of the description. */
const check = (path: string, method: string, status: number, document: unknown): readonly unknown[] => {
  const pointer = [path, method, "responses", String(status), "content", "application/json", "schema"]
    .map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1"))
    .map(encodeURIComponent);
  const validate = ajv.getSchema(`api#/paths/${pointer.join("/")}`);
  if (validate === undefined) throw new Error(`${path} does not describe ${status}`);
  return validate(document) === true ? [] : (validate.errors ?? []);
};

describe("the API's description", () => {
  test("is kept in docs/openapi.json, which `npm run openapi` writes", async () => {
    await expect(readFile(OPENAPI_FILE, "utf8")).resolves.toBe(await openapiText());
  });

  test("is what the daemon answers with", async () => {
    await using on = apiUnderTest({ open: false });
    await expect(documentOf(await on.send("/openapi.json"))).resolves.toEqual(on.api.describe());
  });

  test("names every path of the contract", () => {
    expect(Object.keys(description.paths).toSorted()).toEqual([
      "/api/v1/connections",
      "/api/v1/consumers/{name}/ack",
      "/api/v1/events",
      "/api/v1/health",
      "/api/v1/health/live",
      "/api/v1/health/ready",
      "/api/v1/tokens/revoke",
      "/api/v1/topics",
      "/api/v1/topics/{topic}/events",
      "/api/v1/topics/{topic}/signals",
      "/api/v1/ws",
      "/metrics",
    ]);
  });

  test("has only schemas that a validator of another author takes, and no reference into nothing", () => {
    const references = [...JSON.stringify(description).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target);
    expect(references.length).toBeGreaterThan(10);
    for (const reference of new Set(references)) expect(ajv.getSchema(`api${reference}`)).toBeTypeOf("function");
  });

  test("gives each operation a name of its own, and each parameter once", () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { parameters = [] } of operations)
      expect(new Set(parameters.map(({ name, in: place }) => `${place} ${name}`)).size).toBe(parameters.length);
  });

  test("says where nobody is asked who they are", () => {
    const open = operations.filter(({ security }) => security.length === 0).map(({ operationId }) => operationId);
    expect(open.toSorted()).toEqual(["live", "ready"]);
  });

  test("lists the codes of problems by their status", () => {
    const publish = description.paths["/api/v1/topics/{topic}/events"]?.["post"];
    expect(Object.keys(publish?.responses ?? {})).toEqual(
      "200 201 400 401 403 409 413 415 421 422 429 500 503".split(" "),
    );
    expect(ajv.validate("api#/components/schemas/Problem", { code: "nonsense" })).toBe(false);
    for (const [code, { title, status }] of Object.entries(PROBLEMS)) {
      const problem = { type: `urn:fanfare:problem:${code}`, title, status, code, detail: "x" };
      expect(ajv.validate("api#/components/schemas/Problem", problem)).toBe(true);
    }
  });

  test("describes what is really answered", async () => {
    await using on = apiUnderTest();
    const body = [{ type: "a", attributes: { x: 1 }, data: { deep: [1] } }];
    const published = await documentOf(await on.send("/api/v1/topics/t/events", { body }));
    expect(check("/api/v1/topics/{topic}/events", "post", 201, published)).toEqual([]);
    for (const path of [
      "/api/v1/events",
      "/api/v1/topics",
      "/api/v1/connections",
      "/api/v1/health",
      "/api/v1/health/ready",
    ])
      expect(check(path, "get", 200, await documentOf(await on.send(path)))).toEqual([]);
    const gap = await documentOf(await on.send("/api/v1/events?after=other:5"));
    expect(check("/api/v1/events", "get", 200, gap)).toEqual([]);
    expect(check("/api/v1/events", "get", 200, { events: [] })).not.toEqual([]);
  });
});
