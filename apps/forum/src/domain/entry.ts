import type { Actor } from "./actor.ts";
import type { AgentName, RunId, ThreadId, Ticket } from "./ids.ts";
import type { Priority } from "./priority.ts";
import type { Attempt, Signal } from "./signal.ts";
import { signalText } from "./signal.ts";
import type { State } from "./state.ts";

export const THREAD_KINDS = ["question", "control"] as const;

/** A `question` is asked and answered; a `control` thread holds the signals of one agent in one run. */
export type ThreadKind = (typeof THREAD_KINDS)[number];

export const DOCS_TRIGGERS = ["answered", "closed"] as const;

export type DocsTrigger = (typeof DOCS_TRIGGERS)[number];

/** One thing that happened to a thread; `type` is the type of its event. */
export type Change =
  | {
      readonly type: "forum.thread.opened";
      readonly threadId: ThreadId;
      readonly kind: ThreadKind;
      readonly ticket: Ticket;
      readonly runId?: RunId | undefined;
      readonly agentName?: AgentName | undefined;
      readonly title: string;
      readonly body: string;
      readonly priority: Priority;
    }
  | { readonly type: "forum.post.added"; readonly body: string }
  | {
      readonly type: "forum.control.signal";
      readonly signal: Signal;
      readonly attempt: Attempt;
      /** Guidance requests that wait for an answer after this. */
      readonly pending: number;
    }
  | {
      readonly type: "forum.assigned";
      readonly from?: Actor | undefined;
      readonly to: Actor;
      readonly note?: string | undefined;
    }
  | { readonly type: "forum.state.changed"; readonly from: State; readonly to: State }
  | { readonly type: "forum.thread.closed"; readonly from: State }
  | { readonly type: "forum.priority.changed"; readonly from: Priority; readonly to: Priority }
  /** It has waited for longer than its priority allows. `waitingSince` is RFC 3339. */
  | { readonly type: "forum.sla.escalated"; readonly waitingSince: string }
  | { readonly type: "forum.integration.docs_sync.requested"; readonly trigger: DocsTrigger };

export type EntryType = Change["type"];

/** A change that was made: the line of a thread's history. */
export interface Entry<Kind extends Change = Change> {
  /** Its place among all entries of the forum, in the order of commits; a safe integer. */
  readonly sequence: number;
  /** The id of its event. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly actor: Actor;
  /** What belongs together: the id of the first entry unless the caller gives another. */
  readonly correlationId: string;
  /** What led to this. */
  readonly causationId?: string | undefined;
  readonly change: Kind;
}

/** What the change says to readers, if it is a post. */
export function postText(change: Change): string | undefined {
  if (change.type === "forum.control.signal") return signalText(change.signal);
  return "body" in change ? change.body : undefined;
}
