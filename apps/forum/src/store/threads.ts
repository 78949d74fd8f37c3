import type { Actor } from "../domain/actor.ts";
import type { AgentName, RunId, ThreadId, Ticket } from "../domain/ids.ts";
import { ofRank, rank } from "../domain/priority.ts";
import type { AgentKey } from "../domain/signal.ts";
import { isUnanswered, type Thread } from "../domain/thread.ts";
import type { ForumReader, ForumTransaction } from "./database.ts";
import type { ThreadRow } from "./tables.ts";

/** A thread with its number in the tables. */
export interface StoredThread {
  readonly number: number;
  readonly thread: Thread;
}

export async function findThread(db: ForumReader, id: ThreadId): Promise<StoredThread | undefined> {
  const row = await db.selectFrom("forum_threads").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : toThread(row);
}

export async function findControlThread(db: ForumReader, key: AgentKey): Promise<StoredThread | undefined> {
  const row = await db
    .selectFrom("forum_threads")
    .selectAll()
    .where("run", "=", key.runId)
    .where("agent", "=", key.agentName)
    .where("kind", "=", "control")
    .executeTakeFirst();
  return row === undefined ? undefined : toThread(row);
}

/** Answers the thread's number. */
export async function insertThread(tx: ForumTransaction, thread: Thread): Promise<number> {
  const { number } = await tx
    .insertInto("forum_threads")
    .values({ ...threadColumns(thread), number: undefined as unknown as number })
    .returning("number")
    .executeTakeFirstOrThrow();
  return number;
}

/** Writes the thread over the version that the rules have seen; false when that is not there any more. */
export async function replaceThread(
  tx: ForumTransaction,
  { number, thread: seen }: StoredThread,
  thread: Thread,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable("forum_threads")
    .set(threadColumns(thread))
    .where("number", "=", number)
    .where("last_sequence", "=", seen.lastSequence)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

export function toThread(row: ThreadRow): StoredThread {
  return {
    number: row.number,
    thread: {
      id: row.id as ThreadId,
      kind: row.kind,
      ticket: row.ticket as Ticket,
      runId: (row.run as RunId | null) ?? undefined,
      agentName: (row.agent as AgentName | null) ?? undefined,
      title: row.title,
      state: row.state,
      priority: ofRank(row.priority),
      assignee: row.assignee_type === null ? undefined : toActor(row.assignee_type, row.assignee_name),
      openedBy: toActor(row.opener_type, row.opener_name),
      openedAt: row.opened_at,
      updatedAt: row.updated_at,
      closedAt: row.closed_at ?? undefined,
      posts: row.posts,
      lastPost: { sequence: row.last_post, time: row.last_post_at, author: toActor(row.author_type, row.author_name) },
      otherPost: row.other_post,
      lastSequence: row.last_sequence,
      lastActorType: row.last_actor ?? undefined,
      asked: row.asked,
      answered: row.answered,
      pending: row.pending,
      waitingSince: row.waiting_since ?? undefined,
      escalated: row.escalated === 1,
    },
  };
}

export function toActor(type: Actor["type"], name: string | null): Actor {
  return name === null ? { type } : { type, name };
}

export function threadColumns(thread: Thread): Omit<ThreadRow, "number"> {
  const { assignee, openedBy, lastPost } = thread;
  return {
    id: thread.id,
    kind: thread.kind,
    ticket: thread.ticket,
    run: thread.runId ?? null,
    agent: thread.agentName ?? null,
    title: thread.title,
    state: thread.state,
    priority: rank(thread.priority),
    assignee_type: assignee?.type ?? null,
    assignee_name: assignee?.name ?? null,
    opener_type: openedBy.type,
    opener_name: openedBy.name ?? null,
    opened_at: thread.openedAt,
    updated_at: thread.updatedAt,
    closed_at: thread.closedAt ?? null,
    posts: thread.posts,
    last_post: lastPost.sequence,
    last_post_at: lastPost.time,
    author_type: lastPost.author.type,
    author_name: lastPost.author.name ?? null,
    other_post: thread.otherPost,
    last_sequence: thread.lastSequence,
    last_actor: thread.lastActorType ?? null,
    asked: thread.asked,
    answered: thread.answered,
    pending: thread.pending,
    unanswered: isUnanswered(thread) ? 1 : 0,
    waiting_since: thread.waitingSince ?? null,
    escalated: thread.escalated ? 1 : 0,
  };
}
