import { expect, test } from "vitest";
import { RPC_ERRORS, toRpcError } from "./frames.ts";
import { FanfareError, PROBLEMS, type ProblemCode } from "./problem.ts";

test("an error tells the client whether other params would do, and carries its stable code", () => {
  expect(toRpcError(new FanfareError("invalid_ack", "cursor: k3x:9 was not delivered"))).toEqual({
    code: -32_602,
    message: "cursor: k3x:9 was not delivered",
    data: { code: "invalid_ack", status: 400 },
  });
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  const params = codes.filter((code) => toRpcError(new FanfareError(code, "x")).code === RPC_ERRORS.params);
  expect(params).toEqual([
    "invalid_json",
    "invalid_request",
    "invalid_topic",
    "invalid_filter",
    "invalid_cursor",
    "invalid_ack",
    "profile_unknown",
    "invalid_event",
    "key_reused",
    "unprocessable",
    "schema_mismatch",
  ]);
  const others = codes.filter((code) => !params.includes(code)).map((code) => toRpcError(new FanfareError(code, "x")));
  expect(new Set(others.map((error) => error.code))).toEqual(new Set([RPC_ERRORS.server]));
});
