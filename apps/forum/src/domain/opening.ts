import type { Actor } from "./actor.ts";
import type { Draft } from "./draft.ts";
import type { Change } from "./entry.ts";
import type { ForumLimits } from "./limits.ts";
import type { Priority } from "./priority.ts";
import { accept, refuse, type Decision } from "./refusal.ts";
import { forbidden } from "./roles.ts";
import type { AgentKey } from "./signal.ts";
import { agentName, body, line, runId, threadId, ticket } from "./text.ts";
import type { AgentName, RunId, ThreadId, Ticket } from "./ids.ts";

/** A question, as it is asked. */
export interface Question {
  readonly threadId: string;
  readonly ticket: string;
  readonly title: string;
  readonly body: string;
  readonly priority?: Priority | undefined;
  readonly runId?: string | undefined;
  readonly agentName?: string | undefined;
}

export type Opening = Draft<Extract<Change, { type: "forum.thread.opened" }>>;

/** Who may ask what. That the id is free is for the store to say. */
export function open(actor: Actor, question: Question, limits: ForumLimits): Decision<Opening> {
  const refusal = forbidden("open", actor, actor);
  if (refusal !== undefined) return { accepted: false, refusal };
  const id = threadId(question.threadId);
  if (!id.accepted) return id;
  const about = ticket(question.ticket);
  if (!about.accepted) return about;
  const title = line("title", question.title, limits.titleCharacters);
  if (!title.accepted) return title;
  const text = body("body", question.body, limits.bodyBytes);
  if (!text.accepted) return text;
  const run = question.runId === undefined ? accept(undefined) : runId(question.runId);
  if (!run.accepted) return run;
  const agent = question.agentName === undefined ? accept(undefined) : agentName(question.agentName);
  if (!agent.accepted) return agent;
  return accept({
    actor,
    change: {
      type: "forum.thread.opened",
      kind: "question",
      threadId: id.value,
      ticket: about.value,
      title: title.value,
      body: text.value,
      priority: question.priority ?? "normal",
      ...context(run.value, agent.value),
    },
  });
}

/** The thread that holds the signals of one agent in one run; its first signal opens it. */
export function openControl(id: ThreadId, about: Ticket, { runId: run, agentName: agent }: AgentKey): Opening {
  return {
    actor: { type: "system", name: "forum" },
    change: {
      type: "forum.thread.opened",
      kind: "control",
      threadId: id,
      ticket: about,
      runId: run,
      agentName: agent,
      title: `Control thread for ${agent} in ${run}`,
      body: `Signals of ${agent} in ${run}.`,
      priority: "normal",
    },
  };
}

/** Refused when a thread of this id is there. */
export function taken(id: ThreadId): Decision<never> {
  return refuse("thread_exists", `threadId: ${id} is taken`);
}

function context(run: RunId | undefined, agent: AgentName | undefined): Partial<AgentKey> {
  return { ...(run === undefined ? {} : { runId: run }), ...(agent === undefined ? {} : { agentName: agent }) };
}
