import { RESERVED_NAMES } from "../attributes.ts";
import { RESERVED_TYPES } from "../event.ts";
import type { JsonObject } from "../json.ts";
import { PROBLEMS } from "../problem.ts";
import { anything, count, flag, list, object, ref, someOf, someText, text, type JsonSchemas } from "./json-schema.ts";

const TOKEN = "[A-Za-z0-9_-]+";
const DATE_TIME = String.raw`\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}`;

/** What events, filters and deliveries look like, wherever they appear. */
export const nouns: JsonSchemas = {
  topic: { type: "string", pattern: String.raw`^${TOKEN}(\.${TOKEN})*$` },
  pattern: { type: "string", pattern: String.raw`^(>|((${TOKEN}|\*)\.)*(${TOKEN}|\*|>))$` },
  position: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  cursor: { type: "string", pattern: "^[a-z0-9]{1,32}:(0|[1-9][0-9]{0,15})$" },
  after: { anyOf: [ref("cursor"), { enum: ["start", "now"] }] },
  /** As publishers may give it. */
  anyTime: { type: "string", pattern: String.raw`^${DATE_TIME}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$` },
  /** As servers write it. */
  time: { type: "string", pattern: String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$` },
  type: { type: "string", pattern: "^[!-~]+$" },
  attributeName: { type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]{0,63}$", not: { enum: [...RESERVED_NAMES] } },
  attributeValue: { type: ["string", "number", "boolean"] },
  attributes: { type: "object", propertyNames: ref("attributeName"), additionalProperties: ref("attributeValue") },

  event: object({
    topic: ref("topic"),
    position: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    id: someText,
    type: ref("type"),
    time: ref("time"),
    attributes: ref("attributes"),
    data: anything,
  }),
  newType: { ...ref("type"), not: { enum: [...RESERVED_TYPES] } },
  eventInput: object(
    { type: ref("newType") },
    {
      data: anything,
      id: someText,
      time: ref("anyTime"),
      attributes: ref("attributes"),
    },
  ),

  filter: {
    type: "object",
    properties: {
      exact: terms(ref("attributeValue")),
      prefix: terms(someText),
      suffix: terms(someText),
      in: terms(someOf(ref("attributeValue"))),
      all: someOf(ref("filter")),
      any: someOf(ref("filter")),
      not: ref("filter"),
    },
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
  },
  filterName: { anyOf: [{ enum: ["type", "topic", "id"] }, ref("attributeName")] },

  deliveryPolicy: {
    oneOf: [
      object({ policy: { const: "complete" } }),
      object({ policy: { const: "latest" } }, { keep: { type: "integer", minimum: 1 } }),
      object({ policy: { const: "conflate" }, key: ref("attributeName") }),
    ],
  },
  gap: {
    oneOf: [
      { ...gapOf("slow", "superseded"), oneOf: [{ required: ["dropped"] }, { required: ["atLeast"] }] },
      { ...gapOf("trimmed", "scope"), ...without("dropped", "atLeast") },
      { ...object({ reason: { const: "reset" }, to: { const: 0 } }), ...without("from", "dropped", "atLeast") },
    ],
  },
  delivery: object(
    { subscription: text, prev: ref("cursor"), events: list(ref("event")), cursor: ref("cursor") },
    { gap: ref("gap") },
  ),
  page: object(
    { prev: ref("cursor"), events: list(ref("event")), cursor: ref("cursor"), complete: flag, scope: text },
    { gap: ref("gap") },
  ),
  signal: object({
    subscription: text,
    topic: ref("topic"),
    type: ref("type"),
    attributes: ref("attributes"),
    data: anything,
    from: text,
    time: ref("time"),
  }),
  publishResult: object({
    events: list(object({ id: someText, position: ref("position"), time: ref("time"), duplicate: flag })),
    cursor: ref("cursor"),
  }),

  code: { enum: Object.keys(PROBLEMS) },
  problem: object({
    type: { type: "string", pattern: "^urn:fanfare:problem:[a-z_]+$" },
    title: someText,
    status: { type: "integer", minimum: 400, maximum: 599 },
    code: ref("code"),
    detail: text,
  }),
};

function terms(value: JsonObject): JsonObject {
  return { type: "object", propertyNames: ref("filterName"), additionalProperties: value, minProperties: 1 };
}

function gapOf(...reasons: readonly string[]): JsonObject {
  return object(
    { reason: { enum: reasons }, from: ref("position"), to: ref("position") },
    { dropped: count, atLeast: count },
  );
}

function without(...names: readonly string[]): JsonObject {
  return { not: { anyOf: names.map((name) => ({ required: [name] })) } };
}
