import { expect, test } from "vitest";
import type { Actor } from "./actor.ts";
import type { AgentName, AttemptId, RequestId, RunId } from "./ids.ts";
import { DEFAULT_FORUM_LIMITS } from "./limits.ts";
import { signal, type Desk, type SignalDraft } from "./signalling.ts";

const key = { runId: "r" as RunId, agentName: "ada" as AgentName };
const ada: Actor = { type: "agent", name: "ada" };
const otto: Actor = { type: "operator", name: "otto" };
const policy = { limits: { ...DEFAULT_FORUM_LIMITS, pendingRequests: 2 }, docsSync: false };
const FRESH: Desk = { pending: [], requestKnown: false };
const first = { id: "a" as AttemptId, number: 1 };

function decide(desk: Desk, actor: Actor, draft: SignalDraft, attemptId?: string) {
  const decision = signal(desk, actor, { key, signal: draft, attemptId, newId: "new" }, policy);
  return decision.accepted ? decision.value.change : decision.refusal.code;
}

const ask: SignalDraft = { type: "guidance_request", question: "Which way?" };
const reply: SignalDraft = { type: "guidance_answer", answer: "Left." };
const waiting = (...ids: string[]): Desk => ({ current: first, pending: ids as RequestId[], requestKnown: true });

test("a request without an id gets one, and each counts until it is answered", () => {
  expect(decide(FRESH, ada, ask)).toMatchObject({ signal: { requestId: "new" }, attempt: { number: 1 }, pending: 1 });
  expect(decide(waiting("q1", "q2"), otto, { ...reply, requestId: "q2" })).toMatchObject({ pending: 1 });
});

test("an answer without an id is for the only request, and refused where there is none or a choice", () => {
  expect(decide(waiting("q1"), otto, reply)).toMatchObject({ signal: { requestId: "q1" }, pending: 0 });
  expect(decide(waiting(), otto, reply)).toBe("request_not_pending");
  expect(decide(waiting("q1", "q2"), otto, reply)).toBe("request_ambiguous");
  expect(decide(waiting("q1"), otto, { ...reply, requestId: "q0" })).toBe("request_not_pending");
});

test("a request id is used once, and an agent has so many requests at once", () => {
  expect(decide(waiting("q1"), ada, { ...ask, requestId: "q1" })).toBe("request_exists");
  expect(decide({ ...waiting("q1", "q2"), requestKnown: false }, ada, ask)).toBe("limit_exceeded");
});

test("a new attempt id begins a new attempt in which nothing waits; an earlier one is over", () => {
  const begun = decide({ ...waiting("q1", "q2"), requestKnown: false }, ada, ask, "b");
  expect(begun).toMatchObject({ attempt: { id: "b", number: 2 }, pending: 1 });
  const second = { id: "b" as AttemptId, number: 2 };
  expect(decide({ current: second, named: first, pending: [], requestKnown: false }, ada, ask, "a")).toBe(
    "attempt_over",
  );
  expect(decide({ current: second, pending: [], requestKnown: false }, ada, { type: "completion" })).toMatchObject({
    attempt: second,
  });
});

test("an answer stays in the attempt that waits for it", () => {
  expect(decide(waiting("q1"), otto, reply, "b")).toMatchObject({ attempt: first, pending: 0 });
});

test("agents speak for themselves alone and answer nobody's requests", () => {
  expect(decide(FRESH, { type: "agent", name: "bob" }, ask)).toBe("forbidden");
  expect(decide(FRESH, { type: "agent", name: "r:ada" }, ask)).toMatchObject({ pending: 1 });
  expect(decide(waiting("q1"), ada, reply)).toBe("forbidden");
});

test("a question, an answer and criteria must say something", () => {
  expect(decide(FRESH, ada, { ...ask, question: " " })).toBe("invalid_input");
  expect(decide(waiting("q1"), otto, { ...reply, answer: "" })).toBe("invalid_input");
  expect(decide(FRESH, ada, { type: "validation", status: "passed", doneCriteria: "" })).toBe("invalid_input");
});
