import { sql, type SqlBool } from "kysely";
import type { ForumReader } from "./database.ts";
import { toThread, type StoredThread } from "./threads.ts";

/** Threads of one priority that wait since then or longer, and were not escalated for it. */
export interface WaitingQuery {
  /** The rank. */
  readonly priority: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The last of the page before. */
  readonly after?: StoredThread | undefined;
  readonly limit: number;
}

/** The longest waiting first. */
export async function pageOfWaiting(db: ForumReader, query: WaitingQuery): Promise<readonly StoredThread[]> {
  const rows = await waitingQuery(db, query).execute();
  return rows.map(toThread);
}

export function waitingQuery(db: ForumReader, { priority, since, after, limit }: WaitingQuery) {
  const { number = 0, thread } = after ?? {};
  const place = sql`(${sql.ref("waiting_since")}, ${sql.ref("number")})`;
  return (
    db
      .selectFrom("forum_threads")
      .selectAll()
      .where("priority", "=", priority)
      .where("waiting_since", "is not", null)
      // As the index says it: a parameter would not be known to be 0.
      .where(sql<SqlBool>`escalated = 0`)
      .where("waiting_since", "<=", since)
      .$if(after !== undefined, (on) => on.where(sql<SqlBool>`${place} > (${thread?.waitingSince ?? 0}, ${number})`))
      .orderBy("waiting_since")
      .orderBy("number")
      .limit(sql.lit(limit))
  );
}
