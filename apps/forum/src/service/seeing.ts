import { formatTime } from "@fanfare/protocol";
import type { Call } from "fanfare/app";
import type { MarkSeen } from "../contract/inputs.ts";
import type { SeenMark } from "../contract/views.ts";
import { refuse } from "../domain/refusal.ts";
import { threadId } from "../domain/text.ts";
import { threadTopic, VIEWERS_TOPIC } from "../domain/topic.ts";
import type { ForumTransaction } from "../store/database.ts";
import { readMark, writeMark, type Mark } from "../store/reads.ts";
import { findThread } from "../store/threads.ts";
import { requireViewer } from "./caller.ts";
import { granted } from "./refused.ts";

/** Moves the viewer's mark forward, if it moves, and tells the viewer's other windows. */
export async function keepSeen(tx: ForumTransaction, given: MarkSeen, call: Call, now: number): Promise<SeenMark> {
  const viewer = requireViewer(call);
  const id = granted(threadId(given.threadId));
  const stored = await findThread(tx, id);
  if (stored === undefined) return granted(refuse("thread_not_found", `threadId: there is no ${id}`));
  const { ticket, lastSequence } = stored.thread;
  call.require("subscribe", threadTopic(ticket, id));
  const before = await readMark(tx, viewer, stored.number);
  const seen = Math.min(given.sequence ?? lastSequence, lastSequence);
  const mark: Mark = seen > before.seen ? { seen, seenAt: now } : before;
  if (mark !== before) {
    await writeMark(tx, viewer, stored.number, mark);
    await tx.outbox.add(VIEWERS_TOPIC, {
      type: "forum.thread.seen",
      attributes: { viewer: viewer.id, thread: id, ticket },
      data: { version: 1, threadId: id, ticket, viewer, sequence: seen },
    });
  }
  return { threadId: id, viewer, sequence: mark.seen, seenAt: formatTime(mark.seenAt) };
}
