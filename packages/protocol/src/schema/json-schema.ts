import type { JsonObject } from "../json.ts";

/** A JSON Schema of draft 2020-12, as data; `true` lets everything pass. */
export type JsonSchema = JsonObject | true;

/** Definitions by name. */
export type JsonSchemas = Readonly<Record<string, JsonSchema>>;

/** An object with members that must be there and members that may. Others pass: receivers ignore what they do not know. */
export function object(required: JsonSchemas, optional: JsonSchemas = {}): JsonObject {
  return { type: "object", properties: { ...required, ...optional }, required: Object.keys(required) };
}

/** Another definition of the same document. */
export function ref(name: string): JsonObject {
  return { $ref: `#/$defs/${name}` };
}

export function list(items: JsonSchema): JsonObject {
  return { type: "array", items };
}

export function someOf(items: JsonSchema): JsonObject {
  return { type: "array", items, minItems: 1 };
}

export const anything: JsonSchema = true;
export const text: JsonObject = { type: "string" };
export const someText: JsonObject = { type: "string", minLength: 1 };
export const flag: JsonObject = { type: "boolean" };
export const count: JsonObject = { type: "integer", minimum: 0 };
