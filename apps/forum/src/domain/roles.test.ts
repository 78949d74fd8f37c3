import { expect, test } from "vitest";
import { ACTOR_TYPES } from "./actor.ts";
import { forbidden, PERMISSIONS, type Operation } from "./roles.ts";

const OPERATIONS: readonly Operation[] = ["open", "post", "answer", "assign", "state", "priority", "close"];

test("who may do what to a thread of their own and to another's", () => {
  const table = OPERATIONS.map((operation) => {
    const cells = ACTOR_TYPES.map((type) => {
      const actor = { type, name: "x" };
      const own = forbidden(operation, actor, actor) === undefined;
      const other = forbidden(operation, actor, { type: "human", name: "y" }) === undefined;
      return other ? "all" : own ? "own" : "no";
    });
    return `${operation}: ${cells.join(" ")}`;
  });
  expect(table).toEqual([
    "open: all all all all",
    "post: all all all all",
    "answer: all all all no",
    "assign: own all all all",
    "state: own all all all",
    "priority: own all all all",
    "close: own all all all",
  ]);
});

test("a refusal says who may not do what", () => {
  const refusal = forbidden("close", { type: "agent", name: "ada" }, { type: "human", name: "hedy" });
  expect(refusal).toEqual({
    code: "forbidden",
    message: "actor: agent may not do close for a thread that somebody else opened",
  });
  expect(PERMISSIONS.guidance_answer.agent).toBe("no");
});
