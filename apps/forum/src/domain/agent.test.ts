import { expect, test } from "vitest";
import { afterSignal, runStatus, type AgentState } from "./agent.ts";
import type { AttemptId, RequestId } from "./ids.ts";
import type { Signal } from "./signal.ts";

const attempt = (number: number) => ({ id: String(number) as AttemptId, number });
const ask = (id: string): Signal => ({ type: "guidance_request", requestId: id as RequestId, question: `${id}?` });
const reply = (id: string): Signal => ({ type: "guidance_answer", requestId: id as RequestId, answer: "!" });
const done: Signal = { type: "completion", summary: "all of it" };
const valid: Signal = { type: "validation", status: "passed", doneCriteria: "tests are green" };

function fold(...signals: readonly (readonly [number, Signal])[]): AgentState {
  let state: AgentState | undefined;
  for (const [number, signal] of signals) state = afterSignal(state, attempt(number), signal);
  if (state === undefined) throw new Error("no signal");
  return state;
}

test("each request waits for its own answer", () => {
  const state = fold([1, ask("a")], [1, ask("b")], [1, reply("a")]);
  expect(state.pending).toEqual([{ requestId: "b", question: "b?", context: undefined }]);
});

test("a new attempt has completed nothing, validated nothing and asked nothing", () => {
  const state = fold([1, ask("a")], [1, done], [1, valid], [2, ask("b")]);
  expect(state).toMatchObject({ attempt: { number: 2 }, completed: false, pending: [{ requestId: "b" }] });
  expect(state.validation).toBeUndefined();
});

test("what is heard late of an earlier attempt changes nothing", () => {
  expect(fold([1, ask("a")], [2, ask("b")], [1, done])).toEqual(fold([1, ask("a")], [2, ask("b")]));
});

test("a run waits for guidance, is completed when all its agents are and are validated, and runs otherwise", () => {
  expect(runStatus([])).toBe("running");
  expect(runStatus([fold([1, done], [1, valid]), fold([1, ask("a")])])).toBe("awaiting_guidance");
  expect(runStatus([fold([1, done], [1, valid]), fold([1, done])])).toBe("running");
  expect(runStatus([fold([1, done], [1, { ...valid, status: "failed" }])])).toBe("running");
  expect(runStatus([fold([1, done], [1, valid])])).toBe("completed");
  expect(runStatus([fold([1, done], [1, valid], [2, done])])).toBe("running");
});
