import { defineTopic } from "@fanfare/protocol";
import { z } from "zod";
import { VIEWER_TYPES } from "../domain/actor.ts";
import { RUN_STATUSES } from "../domain/agent.ts";
import { FORUM_TOPICS, RUNS_TOPIC, VIEWERS_TOPIC } from "../domain/topic.ts";
import { sequence, threadId, ticket } from "./common.ts";
import { changes, entryBase, type EntryView } from "./entry-view.ts";
import { threadView, type ThreadView } from "./views.ts";

const version = z.literal(1);

/** What the events of a thread say: what happened, and the thread as it is after that. */
function happened<Change extends z.ZodType>(change: Change) {
  return z.strictObject({ version, thread: threadView, entry: entryBase.extend({ change }) });
}

/** Data of every event of a thread. The event's id is the entry's. */
export interface ThreadEvent {
  readonly version: 1;
  readonly thread: ThreadView;
  readonly entry: EntryView;
}

export const threadTopics = defineTopic(FORUM_TOPICS, {
  "forum.thread.opened": happened(changes["forum.thread.opened"]),
  "forum.post.added": happened(changes["forum.post.added"]),
  "forum.control.signal": happened(changes["forum.control.signal"]),
  "forum.assigned": happened(changes["forum.assigned"]),
  "forum.state.changed": happened(changes["forum.state.changed"]),
  "forum.thread.closed": happened(changes["forum.thread.closed"]),
  "forum.priority.changed": happened(changes["forum.priority.changed"]),
  "forum.sla.escalated": happened(changes["forum.sla.escalated"]),
  "forum.integration.docs_sync.requested": happened(changes["forum.integration.docs_sync.requested"]),
});

/** Tells a viewer's other windows how far a thread was seen. */
export const viewerTopics = defineTopic(VIEWERS_TOPIC, {
  "forum.thread.seen": z.strictObject({
    version,
    threadId,
    ticket,
    viewer: z.strictObject({ type: z.enum(VIEWER_TYPES), id: z.string() }),
    sequence,
  }),
});

/** Tells what became of a run. */
export const runTopics = defineTopic(RUNS_TOPIC, {
  "forum.run.changed": z.strictObject({ version, runId: z.string(), status: z.enum(RUN_STATUSES) }),
});
