import type { RequestId } from "./ids.ts";
import type { Attempt, Signal, ValidationStatus } from "./signal.ts";

/** A request that waits for an answer. */
export interface PendingRequest {
  readonly requestId: RequestId;
  readonly question: string;
  readonly context?: string | undefined;
}

/** What an agent's signals say of its present attempt. */
export interface AgentState {
  readonly attempt: Attempt;
  readonly pending: readonly PendingRequest[];
  readonly completed: boolean;
  readonly summary?: string | undefined;
  readonly validation?: { readonly status: ValidationStatus; readonly doneCriteria: string } | undefined;
}

/** The agent after a signal of the attempt; `state` is absent before its first. What an earlier attempt says is no news. */
export function afterSignal(state: AgentState | undefined, attempt: Attempt, signal: Signal): AgentState {
  const begun = state === undefined || state.attempt.number < attempt.number;
  const now: AgentState = begun ? { attempt, pending: [], completed: false } : state;
  if (attempt.number < now.attempt.number) return now;
  switch (signal.type) {
    case "guidance_request": {
      const { requestId, question, context } = signal;
      return { ...now, pending: [...now.pending, { requestId, question, context }] };
    }
    case "guidance_answer":
      return { ...now, pending: now.pending.filter(({ requestId }) => requestId !== signal.requestId) };
    case "completion":
      return { ...now, completed: true, summary: signal.summary };
    case "validation":
      return { ...now, validation: { status: signal.status, doneCriteria: signal.doneCriteria } };
  }
}

export const RUN_STATUSES = ["running", "awaiting_guidance", "completed"] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

/** What a run's agents make of it: a pending request holds it up; it is done when all are, and validated. */
export function runStatus(agents: readonly AgentState[]): RunStatus {
  if (agents.some(({ pending }) => pending.length > 0)) return "awaiting_guidance";
  const done = agents.length > 0 && agents.every((agent) => agent.completed && agent.validation?.status === "passed");
  return done ? "completed" : "running";
}
