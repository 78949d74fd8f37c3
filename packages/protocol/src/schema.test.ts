import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as arbitrary from "../testing/arbitraries.ts";
import * as random from "../testing/frames.ts";
import { refusal } from "../testing/refusal.ts";
import { toCloudEvent } from "./cloudevents-write.ts";
import { parseAttributes } from "./attributes.ts";
import { parseCursor } from "./cursor.ts";
import { toEvent } from "./event.ts";
import { parseFilter } from "./filter-parse.ts";
import { FanfareError, PROBLEMS, type ProblemCode } from "./problem.ts";
import { PROTOCOL_SCHEMA, PROTOCOL_SCHEMA_ID } from "./schema.ts";
import { parsePattern, parseTopic } from "./topic.ts";

const ajv = new Ajv2020({
  schemas: [PROTOCOL_SCHEMA],
  allErrors: false,
  strict: true,
  allowUnionTypes: true,
  strictRequired: false,
});

/** What is wrong with the value as a `kind`; empty for nothing. What is checked is what arrives: the value's JSON. */
const faults = (kind: string, value: unknown): string => {
  const validate = ajv.getSchema(`${PROTOCOL_SCHEMA_ID}#/$defs/${kind}`);
  if (validate === undefined) throw new Error(`there is no schema of ${kind}`);
  const wire: unknown = value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  return validate(wire) === true ? "" : ajv.errorsText(validate.errors);
};

const answer = <Value>(result: fc.Arbitrary<Value>) =>
  result.map((value) => ({ jsonrpc: "2.0", id: 1, result: value }));

const kinds: Record<string, fc.Arbitrary<unknown>> = {
  ...Object.fromEntries(Object.entries(random.requests).map(([method, frame]) => [`${method}Request`, frame])),
  ...Object.fromEntries(
    Object.entries(random.results).map(([method, result]) => [`${method}Answer`, answer<unknown>(result)]),
  ),
  ...Object.fromEntries(
    Object.entries(random.notifications).map(([method, frame]) => [`${method}Notification`, frame]),
  ),
  request: fc.oneof(...Object.values(random.requests)),
  notification: fc.oneof(...Object.values(random.notifications)),
  errorAnswer: random.errorFrame,
  subscribeParams: random.subscribeParams,
  subscribeResult: random.subscribeResult,
  publishResult: random.publishResult,
  deliveryPolicy: random.policy,
  delivery: random.delivery,
  page: random.page,
  signal: random.signal,
  hello: random.hello,
  ended: random.ended,
  heartbeat: random.heartbeat,
  bye: random.bye,
  event: arbitrary.record.filter(({ position }) => position > 0).map(toEvent),
  eventInput: random.eventInput,
  publishBody: fc.oneof(random.eventInput, fc.array(random.eventInput, { minLength: 1, maxLength: 3 })),
  streamSubscriptions: fc.array(random.subscribeParams, { minLength: 1, maxLength: 3 }),
  problem: fc
    .constantFrom(...(Object.keys(PROBLEMS) as ProblemCode[]))
    .map((code) => new FanfareError(code, "field: why").toProblem()),
  cloudEvent: arbitrary.record.map(toEvent).map(toCloudEvent),
};

describe("the schema", () => {
  test.each(Object.keys(kinds))("accepts every %s that the types allow", (kind) => {
    fc.assert(
      fc.property(kinds[kind] ?? fc.constant(undefined), (value) => {
        expect(faults(kind, value)).toBe("");
      }),
    );
  });

  test("is a valid schema of draft 2020-12, and every reference in it leads somewhere", () => {
    expect(ajv.validateSchema(PROTOCOL_SCHEMA)).toBe(true);
    for (const kind of Object.keys(PROTOCOL_SCHEMA.$defs)) expect(() => faults(kind, {})).not.toThrow();
  });

  test("accepts members that it does not know, because later versions add some", () => {
    const frame = {
      jsonrpc: "2.0",
      id: 1,
      method: "unsubscribe",
      params: { subscription: "1", later: true },
      later: 1,
    };
    expect(faults("unsubscribeRequest", frame)).toBe("");
    expect(faults("bye", { reason: "stalled", reconnectAfterMs: 0, later: [] })).toBe("");
  });

  test("lets the params of ping be absent", () => {
    expect(faults("pingRequest", { jsonrpc: "2.0", id: 1, method: "ping" })).toBe("");
  });

  test("agrees with the parsers on topics, patterns, cursors and attributes", () => {
    const nearly = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 });
    const agree = (kind: string, value: unknown, parse: (value: unknown) => unknown): void => {
      expect(faults(kind, value) === "").toBe(refusal(() => parse(value)) === "accepted");
    };
    fc.assert(
      fc.property(
        nearly("ab-_.*>\n"),
        nearly("a1:0_ "),
        fc.dictionary(fc.string(), fc.oneof(arbitrary.attributeValue, fc.jsonValue())),
        (text, cursor, attributes) => {
          agree("topic", text, parseTopic);
          agree("pattern", text, parsePattern);
          agree("cursor", cursor, parseCursor);
          agree("attributes", JSON.parse(JSON.stringify(attributes)), parseAttributes);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("agrees with the parser on filters below the limits", () => {
    const term = fc.oneof(
      fc.constantFrom<unknown>("x", "", 1, true, null),
      fc.array(fc.constantFrom("x", 1), { maxLength: 2 }),
    );
    const named = fc.dictionary(fc.constantFrom("a", "type", "time", "a-b"), term, { maxKeys: 2 });
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        named,
        fc.dictionary(fc.constantFrom("exact", "prefix", "suffix", "in"), named, { maxKeys: 2 }),
        fc.dictionary(fc.constantFrom("all", "any"), fc.array(tie("node"), { maxLength: 2 }), { maxKeys: 1 }),
        fc.dictionary(fc.constantFrom("not", "nor"), tie("node"), { maxKeys: 1 }),
      ),
    }));
    fc.assert(
      fc.property(fc.oneof(node, arbitrary.filter), (value) => {
        expect(faults("filter", value) === "").toBe(refusal(() => parseFilter(value)) === "accepted");
      }),
      { numRuns: 1_000 },
    );
  });
});

const event = {
  topic: "a.b",
  position: 7,
  id: "i",
  type: "t",
  time: "2026-01-31T12:00:00.000Z",
  attributes: {},
  data: null,
};
const rpc = { jsonrpc: "2.0", id: 1 };
const subscribe = { ...rpc, method: "subscribe", params: { subscription: "1", topics: ["a.>"] } };
const deliver = { subscription: "1", prev: "k3x:6", events: [event], cursor: "k3x:7" };
const page = { prev: "k3x:6", events: [event], cursor: "k3x:7", complete: true, scope: "9f" };
const hello = {
  connection: "c",
  protocol: "fanfare.v1",
  time: event.time,
  heartbeat: 15_000,
  profile: "default",
  limits: {},
};
const error = { ...rpc, error: { code: -32_000, message: "m", data: { code: "forbidden", status: 403 } } };
const problem = new FanfareError("forbidden", "x").toProblem();
const cloudEvent = { specversion: "1.0", id: "1", source: "/s", type: "t" };

/** One right value of each kind; each of its members that must be there is taken away in turn. */
const complete: [kind: string, value: object][] = [
  ["event", event],
  ["eventInput", { type: "t" }],
  ["subscribeRequest", subscribe],
  ["subscribeParams", subscribe.params],
  ["unsubscribeRequest", { ...rpc, method: "unsubscribe", params: { subscription: "1" } }],
  ["publishRequest", { ...rpc, method: "publish", params: { topic: "a", events: [{ type: "t" }] } }],
  ["ackRequest", { ...rpc, method: "ack", params: { subscription: "1", cursor: "k3x:7" } }],
  ["signalRequest", { ...rpc, method: "signal", params: { topic: "a", type: "t" } }],
  ["renewRequest", { ...rpc, method: "renew", params: { token: "x" } }],
  ["pingRequest", { ...rpc, method: "ping" }],
  [
    "subscribeAnswer",
    { ...rpc, result: { subscription: "1", cursor: "k3x:7", scope: "9f", head: "k3x:9", recovered: true } },
  ],
  ["unsubscribeAnswer", { ...rpc, result: { subscription: "1", cursor: "k3x:7" } }],
  ["publishAnswer", { ...rpc, result: { events: [], cursor: "k3x:7" } }],
  ["ackAnswer", { ...rpc, result: { cursor: "k3x:7" } }],
  ["signalAnswer", { ...rpc, result: {} }],
  ["renewAnswer", { ...rpc, result: {} }],
  ["pingAnswer", { ...rpc, result: { time: event.time } }],
  ["errorAnswer", error],
  ["helloNotification", { jsonrpc: "2.0", method: "hello", params: hello }],
  ["deliverNotification", { jsonrpc: "2.0", method: "deliver", params: deliver }],
  [
    "signalNotification",
    {
      jsonrpc: "2.0",
      method: "signal",
      params: { subscription: "1", topic: "a", type: "t", attributes: {}, data: null, from: "", time: event.time },
    },
  ],
  [
    "endedNotification",
    { jsonrpc: "2.0", method: "ended", params: { subscription: "1", code: "forbidden", cursor: "k3x:7" } },
  ],
  ["goawayNotification", { jsonrpc: "2.0", method: "goaway", params: { reconnectAfterMs: 0, reason: "" } }],
  ["heartbeat", { cursor: "k3x:7" }],
  ["bye", { reason: "", reconnectAfterMs: 0 }],
  ["page", page],
  ["problem", problem],
  ["cloudEvent", cloudEvent],
  ["signalBody", { type: "t" }],
  ["ackBody", { cursor: "k3x:7" }],
  ["ackResult", { cursor: "k3x:7" }],
  ["revokeBody", { sub: "u1" }],
  ["revokeResult", { closed: 0 }],
  ["topicsResult", { topics: [{ topic: "a", events: 0, bytes: 0, first: 0, last: 0, trimmed: 0 }] }],
];

/** Copies of a value with one member less, at any depth; `data`, `limits` and `attributes` are the sender's own. */
const shortened = (value: unknown): unknown[] => {
  if (Array.isArray(value))
    return value.flatMap((item, index) => shortened(item).map((less) => value.with(index, less)));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const { [name]: _gone, ...rest } = value as Record<string, unknown>;
    return [rest, ...shortened(inner).map((less) => ({ ...rest, [name]: less }))];
  });
};

test.each(complete)("the schema accepts a complete %s and refuses it with any member less", (kind, value) => {
  expect(faults(kind, value)).toBe("");
  expect(shortened(value).filter((less) => faults(kind, less) === "")).toEqual([]);
});

test.each<[kind: string, value: unknown]>([
  ["event", { ...event, position: 0 }],
  ["event", { ...event, position: 1.5 }],
  ["event", { ...event, position: "7" }],
  ["event", { ...event, topic: "a.*" }],
  ["event", { ...event, id: "" }],
  ["event", { ...event, time: "2026-01-31T12:00:00+01:00" }],
  ["event", { ...event, attributes: { a: null } }],
  ["event", { ...event, attributes: { type: "x" } }],
  ["eventInput", { type: "gap" }],
  ["eventInput", { type: "a b" }],
  ["eventInput", { type: "t", time: "yesterday" }],
  ["eventInput", { type: "t", id: 7 }],
  ["eventInput", [{ type: "t" }]],
  ["publishBody", []],
  ["publishBody", [{ type: "t" }, {}]],
  ["request", { ...subscribe, jsonrpc: "1.0" }],
  ["request", { ...subscribe, id: null }],
  ["request", { ...subscribe, id: 1.5 }],
  ["request", { ...subscribe, method: "publish" }],
  ["request", { ...subscribe, method: "subscribeAll" }],
  ["request", [subscribe]],
  ["subscribeParams", { subscription: "", topics: [">"] }],
  ["subscribeParams", { subscription: "1", topics: [] }],
  ["subscribeParams", { subscription: "1", topics: ["a..b"] }],
  ["subscribeParams", { subscription: "1", topics: [">"], after: "yesterday" }],
  ["subscribeParams", { subscription: "1", topics: [">"], delivery: { policy: "conflate" } }],
  ["subscribeParams", { subscription: "1", topics: [">"], delivery: { policy: "latest", keep: 0 } }],
  ["subscribeParams", { subscription: "1", topics: [">"], delivery: { policy: "conflate", key: "type" } }],
  ["subscribeParams", { subscription: "1", topics: [">"], delivery: { policy: "newest" } }],
  ["subscribeParams", { subscription: "1", topics: [">"], filter: { exact: { a: 1 }, prefix: { a: "x" } } }],
  ["delivery", { ...deliver, prev: "now" }],
  ["delivery", { ...deliver, gap: { reason: "slow", from: 1, to: 2 } }],
  ["delivery", { ...deliver, gap: { reason: "slow", from: 1, to: 2, dropped: 1, atLeast: 1 } }],
  ["delivery", { ...deliver, gap: { reason: "slow", to: 2, dropped: 1 } }],
  ["delivery", { ...deliver, gap: { reason: "trimmed", from: 1, to: 2, dropped: 1 } }],
  ["delivery", { ...deliver, gap: { reason: "scope", from: 1 } }],
  ["delivery", { ...deliver, gap: { reason: "reset", from: 1, to: 0 } }],
  ["delivery", { ...deliver, gap: { reason: "reset", to: 1 } }],
  ["delivery", { ...deliver, gap: { reason: "lost", from: 1, to: 2 } }],
  ["page", { ...page, complete: 1 }],
  ["hello", { ...hello, protocol: "fanfare.v2" }],
  ["hello", { ...hello, heartbeat: 0 }],
  ["hello", { ...hello, limits: { eventBytes: null } }],
  ["errorAnswer", { ...error, error: { ...error.error, code: 400 } }],
  ["errorAnswer", { ...error, error: { ...error.error, data: { code: "no_such_code", status: 400 } } }],
  ["notification", { jsonrpc: "2.0", method: "deliver", params: hello }],
  ["problem", { ...problem, status: 200 }],
  ["problem", { ...problem, type: "about:blank" }],
  ["bye", { reason: "stalled", reconnectAfterMs: 0, code: 4000 }],
  ["revokeBody", { sub: "u1", jti: "t1" }],
  ["cloudEvent", { ...cloudEvent, specversion: "0.3" }],
  ["cloudEvent", { ...cloudEvent, data: 1, data_base64: "" }],
  ["cloudEvent", { ...cloudEvent, Extension: 1 }],
  ["cloudEvent", { ...cloudEvent, extension: {} }],
  ["cloudEventBatch", cloudEvent],
])("the schema refuses a wrong %s: %j", (kind, value) => {
  expect(faults(kind, value)).not.toBe("");
});
