import { sql } from "kysely";
import { postText, type Change, type Entry } from "../domain/entry.ts";
import { accept, type Decision } from "../domain/refusal.ts";
import { readCursor, writeCursor, type Page } from "./cursor.ts";
import type { ForumReader, ForumTransaction } from "./database.ts";
import type { EntryRow } from "./tables.ts";
import { toActor } from "./threads.ts";

/** The number that the next entry gets. Only a transaction that writes may ask. */
export async function nextSequence(tx: ForumTransaction): Promise<number> {
  const row = await tx
    .selectFrom("forum_entries")
    .select((of) => of.fn.max("sequence").as("last"))
    .executeTakeFirst();
  return (row?.last ?? 0) + 1;
}

export async function appendEntries(tx: ForumTransaction, thread: number, entries: readonly Entry[]): Promise<void> {
  await tx
    .insertInto("forum_entries")
    .values(entries.map((entry) => entryRow(thread, entry)))
    .execute();
}

export interface EntriesQuery {
  readonly thread: number;
  readonly only?: "posts" | undefined;
  readonly order: "oldest" | "newest";
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A thread's history, or its posts, from either end. Entries are only ever added at the newest end. */
export async function pageOfEntries(db: ForumReader, query: EntriesQuery): Promise<Decision<Page<Entry>>> {
  const after = readCursor(query.order, query.cursor, 1);
  if (!after.accepted) return after;
  const rows = await entriesQuery(db, query, after.value?.[0]).execute();
  const items = rows.slice(0, query.limit).map(toEntry);
  const last = items.at(-1);
  const next = rows.length > query.limit && last !== undefined ? writeCursor(query.order, [last.sequence]) : undefined;
  return accept({ items, next });
}

/** One row more than the page, which tells whether more follows. */
export function entriesQuery(db: ForumReader, { thread, only, order, limit }: EntriesQuery, after: number | undefined) {
  const newest = order === "newest";
  return db
    .selectFrom("forum_entries")
    .selectAll()
    .where("thread", "=", thread)
    .$if(only === "posts", (query) => query.where("body", "is not", null))
    .$if(after !== undefined, (query) => query.where("sequence", newest ? "<" : ">", after ?? 0))
    .orderBy("sequence", newest ? "desc" : "asc")
    .limit(sql.lit(limit + 1));
}

export function entryRow(thread: number, entry: Entry): EntryRow {
  const { sequence, id, time, actor, correlationId, causationId, change } = entry;
  const { type, ...rest } = change;
  return {
    sequence,
    id,
    thread,
    type,
    time,
    actor_type: actor.type,
    actor_name: actor.name ?? null,
    correlation: correlationId,
    causation: causationId ?? null,
    body: postText(change) ?? null,
    // A signal is kept whole: its text for readers is made of several of its parts.
    change: JSON.stringify("body" in rest ? { ...rest, body: undefined } : rest),
  };
}

export function toEntry(row: EntryRow): Entry {
  const { type } = row;
  const rest = JSON.parse(row.change) as object;
  const text = type === "forum.thread.opened" || type === "forum.post.added" ? { body: row.body } : {};
  return {
    sequence: row.sequence,
    id: row.id,
    time: row.time,
    actor: toActor(row.actor_type, row.actor_name),
    correlationId: row.correlation,
    causationId: row.causation ?? undefined,
    change: { type, ...rest, ...text } as Change,
  };
}
