import type { AgentName, AttemptId, RequestId, RunId } from "./ids.ts";

export const SIGNAL_TYPES = ["guidance_request", "guidance_answer", "completion", "validation"] as const;

export type SignalType = (typeof SIGNAL_TYPES)[number];

export const VALIDATION_STATUSES = ["passed", "failed"] as const;

export type ValidationStatus = (typeof VALIDATION_STATUSES)[number];

/** What an agent, or somebody about it, says of its work. */
export type Signal =
  | {
      readonly type: "guidance_request";
      readonly requestId: RequestId;
      readonly question: string;
      readonly context?: string | undefined;
    }
  | { readonly type: "guidance_answer"; readonly requestId: RequestId; readonly answer: string }
  | { readonly type: "completion"; readonly summary?: string | undefined }
  | { readonly type: "validation"; readonly status: ValidationStatus; readonly doneCriteria: string };

/** The attempt that a signal belongs to; numbers count up from 1 within a run's agent. */
export interface Attempt {
  readonly id: AttemptId;
  readonly number: number;
}

/** Which agent a control thread is about. */
export interface AgentKey {
  readonly runId: RunId;
  readonly agentName: AgentName;
}

/** The signal as text, for whoever searches or reads a thread as posts. */
export function signalText(signal: Signal): string {
  switch (signal.type) {
    case "guidance_request":
      return signal.context === undefined ? signal.question : `${signal.question}\n\n${signal.context}`;
    case "guidance_answer":
      return signal.answer;
    case "completion":
      return signal.summary ?? "Completed.";
    case "validation":
      return `Validation ${signal.status}: ${signal.doneCriteria}`;
  }
}
