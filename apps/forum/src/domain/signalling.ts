import type { Actor } from "./actor.ts";
import type { Policy } from "./conversing.ts";
import type { Draft } from "./draft.ts";
import type { AttemptId, RequestId } from "./ids.ts";
import type { ForumLimits } from "./limits.ts";
import { accept, refuse, type Decision } from "./refusal.ts";
import { forbiddenSignal } from "./roles.ts";
import type { AgentKey, Attempt, Signal, ValidationStatus } from "./signal.ts";
import { attemptId, body, requestId } from "./text.ts";

/** A signal as it is given. Who gives no request id asks anew, or answers the only request that waits. */
export type SignalDraft =
  | {
      readonly type: "guidance_request";
      readonly question: string;
      readonly context?: string | undefined;
      readonly requestId?: string | undefined;
    }
  | { readonly type: "guidance_answer"; readonly answer: string; readonly requestId?: string | undefined }
  | { readonly type: "completion"; readonly summary?: string | undefined }
  | { readonly type: "validation"; readonly status: ValidationStatus; readonly doneCriteria: string };

/** What is known of an agent before its next signal. */
export interface Desk {
  /** The attempt that it is in; none before its first signal. */
  readonly current?: Attempt | undefined;
  /** The attempt that the signal names, if it has begun. */
  readonly named?: Attempt | undefined;
  /** Requests that wait for an answer, the oldest first. */
  readonly pending: readonly RequestId[];
  /** The request that the signal names was made before, pending or not. */
  readonly requestKnown: boolean;
}

export interface Signalled {
  readonly key: AgentKey;
  readonly signal: SignalDraft;
  readonly attemptId?: string | undefined;
  /** For a request without an id. */
  readonly newId: string;
}

const FIRST: Attempt = { id: "1" as AttemptId, number: 1 };

/** One more signal. A new attempt id begins a new attempt, in which nothing is pending, completed or validated yet. */
export function signal(desk: Desk, actor: Actor, input: Signalled, policy: Policy): Decision<Draft> {
  const refusal = forbiddenSignal(input.signal.type, actor, input.key);
  if (refusal !== undefined) return { accepted: false, refusal };
  // An answer belongs to the attempt that waits for it.
  const attempt = attemptOf(desk, input.signal.type === "guidance_answer" ? undefined : input.attemptId);
  if (!attempt.accepted) return attempt;
  const begins = desk.current?.number !== attempt.value.number;
  // What an earlier attempt asked is nobody's question any more.
  const now: Desk = begins ? { ...desk, pending: [] } : desk;
  const checked = signalOf(now, input, policy.limits);
  if (!checked.accepted) return checked;
  const pending = now.pending.length + PENDING[checked.value.type];
  return accept({
    actor,
    change: { type: "forum.control.signal", signal: checked.value, attempt: attempt.value, pending },
  });
}

/** What each signal does to the number of pending requests. */
const PENDING = { guidance_request: 1, guidance_answer: -1, completion: 0, validation: 0 } as const;

function attemptOf({ current, named }: Desk, id: string | undefined): Decision<Attempt> {
  if (id === undefined) return accept(current ?? FIRST);
  const checked = attemptId(id);
  if (!checked.accepted) return checked;
  if (named === undefined) return accept({ id: checked.value, number: (current?.number ?? 0) + 1 });
  if (named.number === current?.number) return accept(named);
  return refuse("attempt_over", `attemptId: ${named.id} is over, the agent is in ${current?.id ?? "none"}`);
}

function signalOf(
  desk: Desk,
  { signal: draft, newId }: Signalled,
  { bodyBytes, pendingRequests }: ForumLimits,
): Decision<Signal> {
  const optional = (field: string, text: string | undefined): Decision<string | undefined> =>
    text === undefined ? accept(undefined) : body(field, text, bodyBytes);
  switch (draft.type) {
    case "guidance_request": {
      const { type } = draft;
      if (desk.pending.length >= pendingRequests)
        return refuse("limit_exceeded", `requestId: ${pendingRequests} requests of the agent wait already`);
      const id = requestId(draft.requestId ?? newId);
      if (!id.accepted) return id;
      if (desk.requestKnown) return refuse("request_exists", `requestId: ${id.value} is taken`);
      const question = body("question", draft.question, bodyBytes);
      if (!question.accepted) return question;
      const context = optional("context", draft.context);
      if (!context.accepted) return context;
      return accept({ type, requestId: id.value, question: question.value, context: context.value });
    }
    case "guidance_answer": {
      const answer = body("answer", draft.answer, bodyBytes);
      if (!answer.accepted) return answer;
      const id = requested(desk, draft.requestId);
      return id.accepted ? accept({ type: draft.type, requestId: id.value, answer: answer.value }) : id;
    }
    case "completion": {
      const summary = optional("summary", draft.summary);
      return summary.accepted ? accept({ type: draft.type, summary: summary.value }) : summary;
    }
    case "validation": {
      const criteria = body("doneCriteria", draft.doneCriteria, bodyBytes);
      return criteria.accepted
        ? accept({ type: draft.type, status: draft.status, doneCriteria: criteria.value })
        : criteria;
    }
  }
}

/** The request that an answer is for. */
function requested({ pending }: Desk, given: string | undefined): Decision<RequestId> {
  if (given !== undefined) {
    const id = requestId(given);
    if (!id.accepted || pending.includes(id.value)) return id;
    return refuse("request_not_pending", `requestId: ${id.value} waits for no answer`);
  }
  const [only, second] = pending;
  if (only === undefined) return refuse("request_not_pending", "requestId: no request waits for an answer");
  if (second !== undefined)
    return refuse("request_ambiguous", `requestId: ${pending.length} requests wait for an answer, name one`);
  return accept(only);
}
