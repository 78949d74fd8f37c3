import { DEFAULT_LIMITS, type FanfareError } from "@fanfare/protocol";
import { describe, expect, test } from "vitest";
import { isMethod, parseParams, requestParams, type Call } from "./frames.ts";

function refusal(method: Parameters<typeof parseParams>[0], params: unknown): FanfareError {
  try {
    parseParams(method, params);
  } catch (error) {
    return error as FanfareError;
  }
  throw new Error(`${method} took ${JSON.stringify(params)}`);
}

describe("params of WebSocket requests", () => {
  test("good ones pass as they are, whatever else is there", () => {
    const params = {
      subscription: "1",
      topics: ["forum.>"],
      filter: { all: [{ exact: { ticket: "T-42" } }, { not: { prefix: { type: "draft." } } }] },
      after: "k3x:120",
      delivery: { policy: "latest", keep: 1 },
    };
    const given = { ...params, extra: 1 };
    expect(parseParams("subscribe", given)).toEqual({ method: "subscribe", params: given });
  });

  test("an attribute called __proto__ is passed on to be refused, not dropped in silence", () => {
    const params: unknown = JSON.parse('{"topic":"a","type":"t","attributes":{"__proto__":"x"}}');
    const { params: passed } = parseParams("signal", params) as Extract<Call, { readonly method: "signal" }>;
    expect(Object.keys(passed.attributes ?? {})).toEqual(["__proto__"]);
  });

  test("data of an event may be any JSON, or absent", () => {
    for (const data of [null, 0, "", [], { deep: [{ er: true }] }]) {
      const call = parseParams("publish", { topic: "a", events: [{ type: "t", data }] });
      expect(call.params).toEqual({ topic: "a", events: [{ type: "t", data }] });
    }
    expect(parseParams("publish", { topic: "a", events: [{ type: "t" }] }).params).toEqual({
      topic: "a",
      events: [{ type: "t" }],
    });
  });

  test("ping takes no params or an empty object", () => {
    expect(parseParams("ping", undefined)).toEqual({ method: "ping", params: {} });
    expect(parseParams("ping", {})).toEqual({ method: "ping", params: {} });
  });

  test.each([
    ["subscribe", undefined, "params:"],
    ["subscribe", [], "params:"],
    ["subscribe", { subscription: 1, topics: [] }, "params.subscription:"],
    ["subscribe", { subscription: "1", topics: "a" }, "params.topics:"],
    ["subscribe", { subscription: "1", topics: [1] }, "params.topics[0]:"],
    ["subscribe", { subscription: "1", topics: [], filter: "x" }, "params.filter:"],
    ["subscribe", { subscription: "1", topics: [], delivery: { keep: 1 } }, "params.delivery.policy:"],
    ["publish", { topic: "a", events: { type: "t" } }, "params.events:"],
    ["signal", { type: "t" }, "params.topic:"],
    ["ack", { subscription: "1", cursor: 7 }, "params.cursor:"],
    ["renew", {}, "params.token:"],
    ["ping", 7, "params:"],
  ] as const)("%s of %j is refused and the message names the place", (method, params, place) => {
    const error = refusal(method, params);
    expect(error.code).toBe("invalid_request");
    expect(error.message).toContain(place);
  });

  test.each([
    ["publish", { topic: "a", events: [{ data: 1 }] }, "events[0].type: must be a string"],
    ["publish", { topic: "a", events: [{ type: "t" }, 7] }, "events[1]: must be an object"],
    [
      "publish",
      { topic: "a", events: [{ type: "t", attributes: { a: {} } }] },
      "events[0].attributes.a: must be a string, a number or a boolean",
    ],
    ["signal", { topic: "a" }, "signal.type: must be a string"],
    ["signal", { topic: "a", type: "t", attributes: [] }, "signal.attributes: must be an object"],
  ] as const)("%s of %j is judged as over HTTP: it is the event that is wrong", (method, params, message) => {
    expect(refusal(method, params)).toMatchObject({ code: "invalid_event", message });
  });

  test("names of an object's own prototype are no methods", () => {
    expect(Object.keys(requestParams).every(isMethod)).toBe(true);
    for (const name of ["toString", "__proto__", "constructor", "hasOwnProperty", ""])
      expect(isMethod(name)).toBe(false);
  });

  test("a thousand events are checked without a limit of their own, which is the hub's", () => {
    const events = Array.from({ length: DEFAULT_LIMITS.publishEvents + 1 }, () => ({ type: "t" }));
    expect(parseParams("publish", { topic: "a", events }).params).toEqual({ topic: "a", events });
  });
});
