import type { ProblemCode } from "@fanfare/protocol";

/** Why the forum does not do what it was asked for, with the problem that this is for whoever asked. */
export const REFUSALS = {
  invalid_input: "unprocessable",
  invalid_cursor: "invalid_cursor",
  too_large: "payload_too_large",
  forbidden: "forbidden",
  thread_not_found: "not_found",
  run_not_found: "not_found",
  thread_exists: "conflict",
  thread_closed: "conflict",
  control_thread: "conflict",
  transition_refused: "conflict",
  version_conflict: "conflict",
  request_exists: "conflict",
  request_not_pending: "conflict",
  request_ambiguous: "conflict",
  attempt_over: "conflict",
  limit_exceeded: "limit_exceeded",
} as const satisfies Record<string, ProblemCode>;

/** Stable: codes may be added, never renamed. */
export type RefusalCode = keyof typeof REFUSALS;

/** A stable code and a message that names the field and the limit. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
}

/** What a rule says: the value that follows, or why there is none. */
export type Decision<Value> =
  | { readonly accepted: true; readonly value: Value }
  | { readonly accepted: false; readonly refusal: Refusal };

export function accept<Value>(value: Value): Decision<Value> {
  return { accepted: true, value };
}

export function refuse(code: RefusalCode, message: string): { readonly accepted: false; readonly refusal: Refusal } {
  return { accepted: false, refusal: { code, message } };
}
