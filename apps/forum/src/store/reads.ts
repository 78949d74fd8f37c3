import type { Viewer } from "../domain/actor.ts";
import type { ForumReader, ForumTransaction } from "./database.ts";

/** How far a viewer has seen a thread. */
export interface Mark {
  /** Sequence of the newest entry that was seen. */
  readonly seen: number;
  /** Milliseconds since 1970. */
  readonly seenAt: number;
}

/** The mark of a viewer who has seen nothing. */
export const UNMARKED: Mark = { seen: 0, seenAt: 0 };

export async function readMark(db: ForumReader, { type, id }: Viewer, thread: number): Promise<Mark> {
  const row = await db
    .selectFrom("forum_reads")
    .select(["seen", "seen_at"])
    .where("viewer_type", "=", type)
    .where("viewer_id", "=", id)
    .where("thread", "=", thread)
    .executeTakeFirst();
  return row === undefined ? UNMARKED : { seen: row.seen, seenAt: row.seen_at };
}

export async function writeMark(
  tx: ForumTransaction,
  { type, id }: Viewer,
  thread: number,
  { seen, seenAt }: Mark,
): Promise<void> {
  await tx
    .insertInto("forum_reads")
    .values({ viewer_type: type, viewer_id: id, thread, seen, seen_at: seenAt })
    .onConflict((conflict) =>
      conflict.columns(["viewer_type", "viewer_id", "thread"]).doUpdateSet({ seen, seen_at: seenAt }),
    )
    .execute();
}

/** The marks of a viewer on some threads, by the threads' numbers. */
export async function readMarks(
  db: ForumReader,
  { type, id }: Viewer,
  threads: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  if (threads.length === 0) return new Map();
  const rows = await db
    .selectFrom("forum_reads")
    .select(["thread", "seen"])
    .where("viewer_type", "=", type)
    .where("viewer_id", "=", id)
    .where("thread", "in", threads)
    .execute();
  return new Map(rows.map(({ thread, seen }) => [thread, seen]));
}
