import { isSameActor, type Actor, type ActorType } from "./actor.ts";
import { refuse, type Refusal } from "./refusal.ts";
import type { AgentKey, SignalType } from "./signal.ts";

/** What may be done to a thread. */
export type Operation = "open" | "post" | "answer" | "assign" | "state" | "priority" | "close" | SignalType;

/** `own` is what the actor opened itself; for signals, what is about the agent itself. */
type Permission = "yes" | "own" | "no";

/** Who may do what. People and operators lead; agents ask, answer, speak for themselves and look after what they asked. */
export const PERMISSIONS: Readonly<Record<Operation, Readonly<Record<ActorType, Permission>>>> = {
  open: { agent: "yes", operator: "yes", human: "yes", system: "yes" },
  post: { agent: "yes", operator: "yes", human: "yes", system: "yes" },
  answer: { agent: "yes", operator: "yes", human: "yes", system: "no" },
  assign: { agent: "own", operator: "yes", human: "yes", system: "yes" },
  state: { agent: "own", operator: "yes", human: "yes", system: "yes" },
  priority: { agent: "own", operator: "yes", human: "yes", system: "yes" },
  close: { agent: "own", operator: "yes", human: "yes", system: "yes" },
  guidance_request: { agent: "own", operator: "yes", human: "no", system: "yes" },
  guidance_answer: { agent: "no", operator: "yes", human: "yes", system: "yes" },
  completion: { agent: "own", operator: "yes", human: "no", system: "yes" },
  validation: { agent: "own", operator: "yes", human: "yes", system: "yes" },
};

/** Why the actor may not do this to a thread that `opener` opened; undefined when it may. */
export function forbidden(operation: Operation, actor: Actor, opener: Actor): Refusal | undefined {
  return judge(operation, actor, isSameActor(actor, opener), "a thread that somebody else opened");
}

/** Why the actor may not give this signal; undefined when it may. An agent is named `agent` or `run:agent`. */
export function forbiddenSignal(type: SignalType, actor: Actor, { runId, agentName }: AgentKey): Refusal | undefined {
  const own = actor.name === agentName || actor.name === `${runId}:${agentName}`;
  return judge(type, actor, own, "another agent");
}

function judge(operation: Operation, actor: Actor, own: boolean, other: string): Refusal | undefined {
  const permission = PERMISSIONS[operation][actor.type];
  if (permission === "yes" || (permission === "own" && own)) return undefined;
  const what = permission === "own" ? ` for ${other}` : "";
  return refuse("forbidden", `actor: ${actor.type} may not do ${operation}${what}`).refusal;
}
