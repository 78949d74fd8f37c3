import { isAsker, isOwn, isSameActor, type Actor, type ActorType, type Viewer } from "./actor.ts";
import { postText, type Change, type Entry, type ThreadKind } from "./entry.ts";
import type { AgentName, RunId, ThreadId, Ticket } from "./ids.ts";
import type { Priority } from "./priority.ts";
import type { State } from "./state.ts";

/** The newest post of a thread. */
export interface LastPost {
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly author: Actor;
}

/** A thread as it is now: what {@link evolve} makes of its entries, and nothing else. Times are milliseconds since 1970. */
export interface Thread {
  readonly id: ThreadId;
  readonly kind: ThreadKind;
  readonly ticket: Ticket;
  readonly runId?: RunId | undefined;
  readonly agentName?: AgentName | undefined;
  readonly title: string;
  readonly state: State;
  readonly priority: Priority;
  readonly assignee?: Actor | undefined;
  readonly openedBy: Actor;
  readonly openedAt: number;
  readonly updatedAt: number;
  readonly closedAt?: number | undefined;
  readonly posts: number;
  readonly lastPost: LastPost;
  /** Sequence of the newest post by anybody but the author of the last one; 0 for none. */
  readonly otherPost: number;
  /** Sequence of the newest entry: the thread's version. */
  readonly lastSequence: number;
  /** Who last did something, `system` aside. */
  readonly lastActorType?: Exclude<ActorType, "system"> | undefined;
  /** Sequence of the asker's newest post; 0 for none. */
  readonly asked: number;
  /** Sequence of what last answered: a post of somebody else, or the state `answered`; 0 for nothing. */
  readonly answered: number;
  /** Guidance requests that wait for an answer. */
  readonly pending: number;
  /** Since when it is unanswered; absent while it is not. */
  readonly waitingSince?: number | undefined;
  /** It was escalated for its present waiting. */
  readonly escalated: boolean;
}

/**
 * True while somebody waits for an answer: in a control thread as long as a guidance request is pending, else when the
 * asker's newest post is later than everything that answers. What operators do around it answers nothing.
 */
export function isUnanswered({ kind, state, pending, asked, answered }: Thread): boolean {
  if (state === "closed") return false;
  return kind === "control" ? pending > 0 : asked > answered;
}

/** Sequence of the newest post that the viewer did not write; 0 for none. */
export function newsFor(viewer: Viewer, { lastPost, otherPost }: Thread): number {
  return isOwn(viewer, lastPost.author) ? otherPost : lastPost.sequence;
}

/** True when somebody else posted after what the viewer has seen. */
export function isUnseen(viewer: Viewer, thread: Thread, seen: number): boolean {
  return newsFor(viewer, thread) > seen;
}

/** The thread that its first entry makes. */
export function begin(entry: Entry<Extract<Change, { type: "forum.thread.opened" }>>): Thread {
  const { actor, sequence, time, change } = entry;
  const { threadId: id, kind, ticket, runId, agentName, title, priority } = change;
  const opened: Thread = {
    ...{ id, kind, ticket, runId, agentName, title, priority },
    state: "new",
    openedBy: actor,
    openedAt: time,
    updatedAt: time,
    posts: 1,
    lastPost: { sequence, time, author: actor },
    otherPost: 0,
    lastSequence: sequence,
    lastActorType: actor.type === "system" ? undefined : actor.type,
    asked: actor.type === "system" ? 0 : sequence,
    answered: 0,
    pending: 0,
    escalated: false,
  };
  return withWaiting(opened, time);
}

/** The thread after one more entry. */
export function evolve(thread: Thread, entry: Entry): Thread {
  const posted = postText(entry.change) === undefined ? thread : withPost(thread, entry);
  const changed: Thread = {
    ...posted,
    ...changesOf(entry),
    updatedAt: entry.time,
    lastSequence: entry.sequence,
    lastActorType: entry.actor.type === "system" ? thread.lastActorType : entry.actor.type,
  };
  return withWaiting(changed, entry.time);
}

/** What the change itself says; posts are counted elsewhere. */
function changesOf({ change, sequence, time }: Entry): Partial<Thread> {
  switch (change.type) {
    case "forum.control.signal":
      return { pending: change.pending };
    case "forum.assigned":
      return { assignee: change.to };
    case "forum.state.changed":
      return change.to === "answered" ? { state: change.to, answered: sequence } : { state: change.to };
    case "forum.thread.closed":
      return { state: "closed", closedAt: time };
    case "forum.priority.changed":
      return { priority: change.to };
    case "forum.sla.escalated":
      return { escalated: true };
    case "forum.thread.opened":
    case "forum.post.added":
    case "forum.integration.docs_sync.requested":
      return {};
  }
}

/** `system` neither asks nor answers. */
function withPost(thread: Thread, { actor, sequence, time }: Entry): Thread {
  const own = isSameActor(thread.lastPost.author, actor);
  const asks = isAsker(thread.openedBy, actor);
  const speaks = actor.type !== "system";
  return {
    ...thread,
    posts: thread.posts + 1,
    lastPost: { sequence, time, author: actor },
    otherPost: own ? thread.otherPost : thread.lastPost.sequence,
    asked: speaks && asks ? sequence : thread.asked,
    answered: speaks && !asks ? sequence : thread.answered,
  };
}

/** A new waiting begins when the thread becomes unanswered, and is forgotten when it no longer is. */
function withWaiting(thread: Thread, time: number): Thread {
  if (!isUnanswered(thread)) return { ...thread, waitingSince: undefined, escalated: false };
  return thread.waitingSince === undefined ? { ...thread, waitingSince: time, escalated: false } : thread;
}
