import { sql, type SelectQueryBuilder, type SqlBool } from "kysely";
import type { Viewer } from "../domain/actor.ts";
import type { ThreadKind } from "../domain/entry.ts";
import { rank, type Priority } from "../domain/priority.ts";
import { accept, type Decision } from "../domain/refusal.ts";
import type { State } from "../domain/state.ts";
import { readCursor, writeCursor, type Page } from "./cursor.ts";
import type { ForumReader } from "./database.ts";
import type { ForumTables } from "./tables.ts";
import { toThread, type StoredThread } from "./threads.ts";

/** What narrows a list; everything that is given must apply. */
export interface ThreadFilter {
  readonly kind?: ThreadKind | undefined;
  readonly ticket?: string | undefined;
  readonly run?: string | undefined;
  readonly agent?: string | undefined;
  readonly state?: State | undefined;
  readonly priority?: Priority | undefined;
  /** Name of the assignee. */
  readonly assignee?: string | undefined;
  readonly unanswered?: true | undefined;
  /** Only what this viewer has not seen. */
  readonly unseenBy?: Viewer | undefined;
}

/**
 * - `priority`: the most pressing first, then by the newest entry. A thread that changes while somebody turns pages is
 *   left out of the rest, as its place is no longer the one it had; the live stream tells of it.
 * - `opened`: the newest first. No thread ever moves, so every one is met exactly once, whatever happens meanwhile.
 */
export type ThreadSort = "priority" | "opened";

export interface ThreadsQuery {
  readonly filter: ThreadFilter;
  readonly sort: ThreadSort;
  readonly limit: number;
  /** Rows that may be looked at. */
  readonly scan: number;
  readonly cursor?: string | undefined;
}

export async function pageOfThreads(db: ForumReader, query: ThreadsQuery): Promise<Decision<Page<StoredThread>>> {
  const after = readCursor(query.sort, query.cursor, query.sort === "priority" ? 3 : 1);
  if (!after.accepted) return after;
  const page = query.sort === "priority" ? byPriority(db, query, after.value) : byOpening(db, query, after.value);
  return accept(await page);
}

/** A place in a list by priority. */
export interface Place {
  readonly priority: number;
  readonly last_sequence: number;
}

async function byPriority(db: ForumReader, query: ThreadsQuery, after: readonly number[] | undefined) {
  const { limit } = query;
  const asOf = after?.[0] ?? (await lastSequence(db));
  const begin = after === undefined ? undefined : { priority: after[1] ?? 0, last_sequence: after[2] ?? 0 };
  const bounds = { asOf, begin };
  const end = await placesQuery(db, query, bounds).executeTakeFirst();
  const rows = await threadsQuery(db, query, { ...bounds, end }).execute();
  const more = rows.length > limit;
  const last = more ? rows[limit - 1] : end;
  return {
    items: rows.slice(0, limit).map(toThread),
    next: last === undefined ? undefined : writeCursor("priority", [asOf, last.priority, last.last_sequence]),
  };
}

async function byOpening(db: ForumReader, query: ThreadsQuery, after: readonly number[] | undefined) {
  const { limit, scan } = query;
  const begin = after?.[0] ?? (await lastNumber(db)) + 1;
  const end = Math.max(1, begin - scan);
  const rows = await openedQuery(db, query, { begin, end }).execute();
  const last = rows.length > limit ? rows[limit - 1]?.number : end;
  return {
    items: rows.slice(0, limit).map(toThread),
    next: last === undefined || last <= 1 ? undefined : writeCursor("opened", [last]),
  };
}

export interface PriorityBounds {
  /** Threads with later entries are left out. */
  readonly asOf: number;
  /** After this place. */
  readonly begin: Place | undefined;
  /** Up to this place. */
  readonly end?: Place | undefined;
}

/** The place at which so many rows were looked at that the page must end; nothing where the list ends before. */
export function placesQuery(db: ForumReader, { filter, scan }: ThreadsQuery, bounds: PriorityBounds) {
  return db
    .selectFrom("forum_threads")
    .select(["priority", "last_sequence"])
    .$call(within(filter, bounds))
    .limit(sql.lit(1))
    .offset(sql.lit(scan - 1));
}

/** One row more than the page. */
export function threadsQuery(db: ForumReader, { filter, limit }: ThreadsQuery, bounds: PriorityBounds) {
  return db
    .selectFrom("forum_threads")
    .selectAll()
    .$call(within(filter, bounds))
    .$call(passing(filter, leadOf(filter)))
    .limit(sql.lit(limit + 1));
}

export function openedQuery(
  db: ForumReader,
  { filter, limit }: ThreadsQuery,
  { begin, end }: { readonly begin: number; readonly end: number },
) {
  return db
    .selectFrom("forum_threads")
    .selectAll()
    .where("number", "<", begin)
    .where("number", ">=", end)
    .$call(passing(filter, undefined))
    .orderBy("number", "desc")
    .limit(sql.lit(limit + 1));
}

/** The filter whose index is walked. */
type Lead = "run" | "ticket" | "unanswered" | "assignee" | "state" | "kind";

/** The one that leaves the fewest rows, as a rule. */
function leadOf({ run, ticket, unanswered, assignee, kind, state }: ThreadFilter): Lead {
  if (run !== undefined) return "run";
  if (ticket !== undefined) return "ticket";
  if (unanswered === true) return "unanswered";
  if (assignee !== undefined) return "assignee";
  return kind !== undefined && state !== undefined ? "state" : "kind";
}

type Threads<Columns> = SelectQueryBuilder<ForumTables, "forum_threads", Columns>;

/** A stretch of the lead's index, in its order. */
function within(filter: ThreadFilter, { asOf, begin, end }: PriorityBounds) {
  const place = sql`(${sql.ref("priority")}, ${sql.ref("last_sequence")})`;
  return <Columns>(query: Threads<Columns>): Threads<Columns> =>
    query
      .where(leadTerm(filter))
      .$if(filter.priority !== undefined, (on) => on.where("priority", "=", rank(filter.priority ?? "low")))
      .where("last_sequence", "<=", asOf)
      .$if(begin !== undefined, (on) =>
        on.where(sql<SqlBool>`${place} < (${begin?.priority}, ${begin?.last_sequence})`),
      )
      .$if(end !== undefined, (on) => on.where(sql<SqlBool>`${place} >= (${end?.priority}, ${end?.last_sequence})`))
      .orderBy("priority", "desc")
      .orderBy("last_sequence", "desc");
}

function leadTerm(filter: ThreadFilter) {
  const { run, ticket, assignee, kind = "question", state } = filter;
  switch (leadOf(filter)) {
    case "run":
      return sql<SqlBool>`run = ${run}`;
    case "ticket":
      return sql<SqlBool>`ticket = ${ticket}`;
    case "unanswered":
      return sql<SqlBool>`unanswered = 1`;
    case "assignee":
      return sql<SqlBool>`assignee_name = ${assignee}`;
    case "state":
      return sql<SqlBool>`kind || '.' || state = ${`${kind}.${state}`}`;
    case "kind":
      return sql<SqlBool>`kind = ${kind}`;
  }
}

/** The other filters. Their plus sign keeps the planner from another index, in which the stretch has other rows. */
function passing(filter: ThreadFilter, lead: Lead | undefined) {
  const { kind, ticket, run, agent, state, priority, assignee, unanswered, unseenBy } = filter;
  const terms: [boolean, () => ReturnType<typeof unseen>][] = [
    [kind !== undefined && lead !== "kind" && lead !== "state", () => sql`+kind = ${kind}`],
    [ticket !== undefined && lead !== "ticket", () => sql`+ticket = ${ticket}`],
    [run !== undefined && lead !== "run", () => sql`+run = ${run}`],
    [agent !== undefined, () => sql`+agent = ${agent}`],
    [state !== undefined && lead !== "state", () => sql`+state = ${state}`],
    [priority !== undefined && lead === undefined, () => sql`+priority = ${rank(priority ?? "low")}`],
    [assignee !== undefined && lead !== "assignee", () => sql`+assignee_name = ${assignee}`],
    [unanswered === true && lead !== "unanswered", () => sql`+unanswered = 1`],
    [unseenBy !== undefined, () => unseen(unseenBy ?? { type: "human", id: "" })],
  ];
  return <Columns>(query: Threads<Columns>): Threads<Columns> => {
    let narrowed = query;
    for (const [applies, term] of terms) if (applies) narrowed = narrowed.where(term());
    return narrowed;
  };
}

/** Somebody else's newest post is later than what the viewer has seen. */
function unseen({ type, id }: Viewer) {
  const news = sql`iif(author_type = ${type} AND author_name IS ${id}, other_post, last_post)`;
  const seen = sql`(SELECT seen FROM forum_reads WHERE viewer_type = ${type} AND viewer_id = ${id} AND thread = number)`;
  return sql<SqlBool>`${news} > coalesce(${seen}, 0)`;
}

async function lastSequence(db: ForumReader): Promise<number> {
  const row = await db
    .selectFrom("forum_entries")
    .select((of) => of.fn.max("sequence").as("last"))
    .executeTakeFirst();
  return row?.last ?? 0;
}

async function lastNumber(db: ForumReader): Promise<number> {
  const row = await db
    .selectFrom("forum_threads")
    .select((of) => of.fn.max("number").as("last"))
    .executeTakeFirst();
  return row?.last ?? 0;
}
