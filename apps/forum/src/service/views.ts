import { formatTime } from "@fanfare/protocol";
import type { EntryView } from "../contract/entry-view.ts";
import type { ListedThread, ThreadView } from "../contract/views.ts";
import type { Viewer } from "../domain/actor.ts";
import type { Entry } from "../domain/entry.ts";
import { isUnanswered, isUnseen, type Thread } from "../domain/thread.ts";

export function toThreadView(thread: Thread): ThreadView {
  const { id, kind, ticket, runId, agentName, title, state, priority, assignee, openedBy, posts, lastPost } = thread;
  return {
    ...{ id, kind, ticket, runId, agentName, title, state, priority, assignee, openedBy },
    openedAt: formatTime(thread.openedAt),
    updatedAt: formatTime(thread.updatedAt),
    closedAt: optionalTime(thread.closedAt),
    posts,
    lastPostAt: formatTime(lastPost.time),
    lastPostBy: lastPost.author,
    lastSequence: thread.lastSequence,
    lastActorType: thread.lastActorType,
    unanswered: isUnanswered(thread),
    waitingSince: optionalTime(thread.waitingSince),
    escalated: thread.escalated,
    pendingRequests: thread.pending,
  };
}

/** The thread as its viewer sees it, who has seen it up to `seen`. */
export function toListedThread(thread: Thread, viewer: Viewer | undefined, seen: number): ListedThread {
  const view = toThreadView(thread);
  return viewer === undefined ? view : { ...view, unseen: isUnseen(viewer, thread, seen) };
}

export function toEntryView({ sequence, id, time, actor, correlationId, causationId, change }: Entry): EntryView {
  return { sequence, id, time: formatTime(time), actor, correlationId, causationId, change };
}

function optionalTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatTime(ms);
}
