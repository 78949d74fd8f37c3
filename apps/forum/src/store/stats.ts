import { sql } from "kysely";
import { rank } from "../domain/priority.ts";
import { isUnanswered, type Thread } from "../domain/thread.ts";
import type { ForumReader, ForumTransaction } from "./database.ts";
import type { StatsRow } from "./tables.ts";

/** The cell of the table in which a thread is counted. */
type Cell = Pick<StatsRow, "ticket" | "run" | "kind" | "state" | "priority">;

/** Moves a thread from the cell that it was counted in to the one where it belongs. */
export async function count(tx: ForumTransaction, before: Thread | undefined, after: Thread): Promise<void> {
  const open = isUnanswered(after) ? 1 : 0;
  if (before !== undefined) {
    const wasOpen = isUnanswered(before) ? 1 : 0;
    if (isSame(cellOf(before), cellOf(after))) {
      if (open !== wasOpen) await add(tx, cellOf(after), 0, open - wasOpen, after.updatedAt);
      return;
    }
    await add(tx, cellOf(before), -1, -wasOpen, after.updatedAt);
  }
  await add(tx, cellOf(after), 1, open, after.updatedAt);
}

/** Counts by ticket, run, kind, state and priority. */
export async function readStats(
  db: ForumReader,
  { ticket, run }: { readonly ticket?: string | undefined; readonly run?: string | undefined },
): Promise<readonly StatsRow[]> {
  return statsQuery(db, { ticket, run }).execute();
}

export function statsQuery(
  db: ForumReader,
  { ticket, run }: { readonly ticket?: string | undefined; readonly run?: string | undefined },
) {
  return db
    .selectFrom("forum_stats")
    .selectAll()
    .where("threads", ">", 0)
    .$if(ticket !== undefined, (query) => query.where("ticket", "=", ticket ?? ""))
    .$if(run !== undefined, (query) => query.where("run", "=", run ?? ""))
    .orderBy("ticket")
    .orderBy("run")
    .orderBy("kind")
    .orderBy("state")
    .orderBy("priority");
}

async function add(tx: ForumTransaction, cell: Cell, threads: number, unanswered: number, now: number): Promise<void> {
  await tx
    .insertInto("forum_stats")
    .values({ ...cell, threads, unanswered, updated_at: now })
    .onConflict((conflict) =>
      conflict.columns(["ticket", "run", "kind", "state", "priority"]).doUpdateSet({
        threads: sql`threads + ${threads}`,
        unanswered: sql`unanswered + ${unanswered}`,
        updated_at: now,
      }),
    )
    .execute();
}

function cellOf({ ticket, runId, kind, state, priority }: Thread): Cell {
  return { ticket, run: runId ?? "", kind, state, priority: rank(priority) };
}

function isSame(one: Cell, other: Cell): boolean {
  return one.state === other.state && one.priority === other.priority;
}
