import { FanfareError, type ErrorFrame } from "@fanfare/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorFrame, parseMessage } from "./rpc.ts";

const LIMITS = { jsonDepth: 64 };

function refusal(text: string): ErrorFrame {
  const incoming = parseMessage(text, LIMITS);
  if (incoming.kind !== "refused") throw new Error(`taken as ${incoming.kind}: ${text.slice(0, 100)}`);
  return incoming.answer;
}

describe("messages of a client", () => {
  test("a request is read with its id, method and params", () => {
    const text = '{"jsonrpc":"2.0","id":"a","method":"unsubscribe","params":{"subscription":"1"}}';
    expect(parseMessage(text, LIMITS)).toEqual({
      kind: "request",
      id: "a",
      method: "unsubscribe",
      params: { subscription: "1" },
    });
  });

  test("without an id it is a notification, and one that makes no sense is ignored", () => {
    expect(parseMessage('{"jsonrpc":"2.0","method":"ping"}', LIMITS)).toMatchObject({ kind: "request", id: undefined });
    expect(parseMessage('{"jsonrpc":"2.0","method":"nothing"}', LIMITS)).toEqual({ kind: "ignored" });
    expect(parseMessage('{"jsonrpc":"2.0","method":"renew","params":{}}', LIMITS)).toEqual({ kind: "ignored" });
  });

  test.each([
    ["", -32_700, "invalid_json", null],
    ["{", -32_700, "invalid_json", null],
    ["\u0000", -32_700, "invalid_json", null],
    ['"text"', -32_600, "invalid_request", null],
    ["null", -32_600, "invalid_request", null],
    ["[]", -32_600, "invalid_request", null],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32_600, "invalid_request", null],
    ['{"id":1,"method":"ping"}', -32_600, "invalid_request", 1],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32_600, "invalid_request", 1],
    ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32_600, "invalid_request", null],
    ['{"jsonrpc":"2.0","id":1e999,"method":"ping"}', -32_600, "invalid_request", null],
    ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32_600, "invalid_request", null],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32_600, "invalid_request", null],
    ['{"jsonrpc":"2.0","id":1,"method":7}', -32_600, "invalid_request", 1],
    ['{"jsonrpc":"2.0","id":1,"result":{}}', -32_600, "invalid_request", 1],
    ['{"jsonrpc":"2.0","id":"x","method":"toString"}', -32_601, "not_found", "x"],
    ['{"jsonrpc":"2.0","id":1,"method":"subscribe"}', -32_602, "invalid_request", 1],
    ['{"jsonrpc":"2.0","id":1,"method":"subscribe","params":["1",["a"]]}', -32_602, "invalid_request", 1],
  ])("%s is answered with %i %s", (text, number, code, id) => {
    const answer = refusal(text);
    expect(answer.id).toBe(id);
    expect(answer.error.code).toBe(number);
    expect(answer.error.data.code).toBe(code);
  });

  test("an id may have 256 characters and not one more", () => {
    const ping = (id: string): string => JSON.stringify({ jsonrpc: "2.0", id, method: "ping" });
    expect(parseMessage(ping("x".repeat(256)), LIMITS)).toMatchObject({ kind: "request", id: "x".repeat(256) });
    expect(refusal(ping("x".repeat(257)))).toMatchObject({ id: null, error: { code: -32_600 } });
  });

  test("depth is judged before parsing, at the limit and one beyond", () => {
    const nested = (depth: number): string =>
      `{"jsonrpc":"2.0","id":1,"method":"signal","params":{"topic":"a","type":"t","data":${"[".repeat(depth - 2)}${"]".repeat(depth - 2)}}}`;
    expect(parseMessage(nested(64), LIMITS).kind).toBe("request");
    expect(refusal(nested(65)).error).toMatchObject({ code: -32_600, data: { code: "invalid_request", status: 400 } });
    expect(refusal("[".repeat(1_000_000)).error.message).toContain("1000000 deep");
  });

  test("no text and no JSON makes it throw", { timeout: 60_000 }, () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseMessage(text, LIMITS)));
    fc.assert(fc.property(fc.json({ maxDepth: 5 }), (text) => void parseMessage(text, LIMITS)));
    const almost = fc.record(
      {
        jsonrpc: fc.constant("2.0"),
        id: fc.jsonValue(),
        method: fc.constantFrom("subscribe", "publish", "ack", "signal", "renew", "ping", "unsubscribe"),
        params: fc.jsonValue(),
      },
      { requiredKeys: ["jsonrpc", "method"] },
    );
    fc.assert(fc.property(almost, (message) => void parseMessage(JSON.stringify(message), LIMITS)));
  });
});

describe("errors as JSON-RPC", () => {
  test("what other params would heal is -32602, everything else -32000, always with code and status", () => {
    expect(errorFrame(1, new FanfareError("invalid_ack", "cursor: not delivered")).error).toEqual({
      code: -32_602,
      message: "cursor: not delivered",
      data: { code: "invalid_ack", status: 400 },
    });
    expect(errorFrame(1, new FanfareError("forbidden", "no")).error).toMatchObject({
      code: -32_000,
      data: { code: "forbidden", status: 403 },
    });
  });

  test("a failure that is not ours keeps its message to itself", () => {
    expect(JSON.stringify(errorFrame("x", new Error("secret path")))).not.toContain("secret");
    expect(errorFrame("x", new Error("secret path")).error.data).toEqual({ code: "internal", status: 500 });
  });
});
