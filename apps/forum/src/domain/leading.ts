import { formatTime } from "@fanfare/protocol";
import { actor as checkedActor, type Actor } from "./actor.ts";
import { docsSync, stillOpen, type Policy } from "./conversing.ts";
import type { Draft } from "./draft.ts";
import type { Priority } from "./priority.ts";
import { accept, refuse, type Decision } from "./refusal.ts";
import { forbidden, type Operation } from "./roles.ts";
import { mayMove, type State } from "./state.ts";
import { line } from "./text.ts";
import type { Thread } from "./thread.ts";

/** To whom a thread is given; the name is needed. */
export interface Assignment {
  readonly assignee: Actor;
  readonly note?: string | undefined;
}

export function assign(
  thread: Thread,
  actor: Actor,
  { assignee, note }: Assignment,
  { limits }: Policy,
): Decision<readonly Draft[]> {
  const allowed = allow("assign", thread, actor);
  if (!allowed.accepted) return allowed;
  if (assignee.name === undefined) return refuse("invalid_input", "assignee.name: must not be blank");
  const to = checkedActor(assignee, "assignee");
  if (!to.accepted) return to;
  const said = note === undefined ? accept(undefined) : line("note", note, limits.noteCharacters);
  if (!said.accepted) return said;
  const { assignee: from } = thread;
  return accept([{ actor, change: { type: "forum.assigned", from, to: to.value, note: said.value } }]);
}

/** Moves the state by the table; to `closed` is to close. */
export function changeState(thread: Thread, actor: Actor, to: State, policy: Policy): Decision<readonly Draft[]> {
  if (to === "closed") return close(thread, actor, policy);
  const refusal = forbidden("state", actor, thread.openedBy);
  if (refusal !== undefined) return { accepted: false, refusal };
  const movable = byHand(thread);
  if (!movable.accepted) return movable;
  if (!mayMove(thread.state, to))
    return refuse("transition_refused", `state: a thread that is ${thread.state} cannot become ${to}`);
  return accept([{ actor, change: { type: "forum.state.changed", from: thread.state, to } }]);
}

export function setPriority(thread: Thread, actor: Actor, to: Priority): Decision<readonly Draft[]> {
  const allowed = allow("priority", thread, actor);
  if (!allowed.accepted) return allowed;
  return accept([{ actor, change: { type: "forum.priority.changed", from: thread.priority, to } }]);
}

/** Ends a thread. One that is closed stays as it is, and nothing is told. */
export function close(thread: Thread, actor: Actor, policy: Policy): Decision<readonly Draft[]> {
  const refusal = forbidden("close", actor, thread.openedBy);
  if (refusal !== undefined) return { accepted: false, refusal };
  if (thread.state === "closed") return accept([]);
  const movable = byHand(thread);
  if (!movable.accepted) return movable;
  return accept([
    { actor, change: { type: "forum.thread.closed", from: thread.state } },
    ...docsSync("closed", policy),
  ]);
}

/** Says that a thread has waited too long; nothing when it waits no more, or when it was said already. */
export function escalate(thread: Thread, now: number, allowedMs: Readonly<Record<Priority, number>>): readonly Draft[] {
  const { waitingSince, escalated, priority } = thread;
  if (waitingSince === undefined || escalated || waitingSince + allowedMs[priority] > now) return [];
  const since = formatTime(waitingSince);
  return [{ actor: { type: "system", name: "sla" }, change: { type: "forum.sla.escalated", waitingSince: since } }];
}

function allow(operation: Operation, thread: Thread, actor: Actor): Decision<undefined> {
  const refusal = forbidden(operation, actor, thread.openedBy);
  return refusal === undefined ? stillOpen(thread) : { accepted: false, refusal };
}

/** An agent's signals must always find their thread, so that nobody takes it away from them. */
function byHand({ id, kind }: Thread): Decision<undefined> {
  if (kind === "control") return refuse("control_thread", `threadId: ${id} is a control thread`);
  return accept(undefined);
}
