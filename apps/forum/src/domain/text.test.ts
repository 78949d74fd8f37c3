import { expect, test } from "vitest";
import type { Decision } from "./refusal.ts";
import { body, line, threadId, ticket } from "./text.ts";

const refusal = (decision: Decision<unknown>): string =>
  decision.accepted ? "accepted" : `${decision.refusal.code} ${decision.refusal.message}`;

test("a body is kept as it was written, indentation and final line breaks too", () => {
  expect(body("body", "  indented\n\n", 100)).toEqual({ accepted: true, value: "  indented\n\n" });
});

test("a body is limited in bytes, and the refusal names field, size and limit", () => {
  expect(body("body", "é".repeat(32), 64).accepted).toBe(true);
  expect(refusal(body("body", `${"é".repeat(32)}x`, 64))).toBe("too_large body: has 65 bytes, at most 64 are allowed");
});

test.each(["", " ", "\n\t"])("%j is blank and says nothing", (text) => {
  expect(refusal(body("body", text, 100))).toBe("invalid_input body: must not be blank");
  expect(refusal(line("title", text, 100))).toBe("invalid_input title: must not be blank");
});

test("a name loses the blanks around it and may hold no control characters", () => {
  expect(line("title", "  Which way?  ", 20)).toEqual({ accepted: true, value: "Which way?" });
  expect(refusal(line("title", "Which\u001b[31m way?", 20))).toContain("without control characters");
  expect(refusal(line("title", "\ud800", 20))).toContain("Unicode text");
});

test("a ticket has up to 64 characters", () => {
  expect(ticket("x".repeat(64)).accepted).toBe(true);
  expect(refusal(ticket("x".repeat(65)))).toBe("invalid_input ticket: has 65 characters, at most 64 are allowed");
});

test.each(["", "a.b", "a b", "../x", "x".repeat(65)])("%j names no thread", (text) => {
  expect(refusal(threadId(text))).toContain("invalid_input threadId");
});
