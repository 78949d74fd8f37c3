import { sql } from "kysely";
import { postText, type Entry } from "../domain/entry.ts";
import { rank } from "../domain/priority.ts";
import { accept, type Decision } from "../domain/refusal.ts";
import { readCursor, writeCursor, type Page } from "./cursor.ts";
import type { ForumReader, ForumTransaction } from "./database.ts";
import type { ThreadFilter } from "./listing.ts";
import { matchExpression, scopeWord } from "./search-terms.ts";
import { toThread, type StoredThread } from "./threads.ts";

/** A thread with its post that was found: the one with the title where that matches, else the newest. */
export interface Found extends StoredThread {
  readonly sequence: number;
  readonly body: string;
}

export interface SearchQuery {
  readonly text: string;
  readonly filter: Omit<ThreadFilter, "unanswered" | "unseenBy">;
  readonly limit: number;
  /** Posts that may be looked at. */
  readonly scan: number;
  readonly cursor?: string | undefined;
}

/** A row of the search index: the entry's sequence, title, text and what the post belongs to. */
export type SearchRow = readonly [sequence: number, title: string, text: string, scope: string];

/** Makes the words of a post findable. */
export async function index(tx: ForumTransaction, stored: StoredThread, entry: Entry): Promise<void> {
  const row = searchRow(stored, entry);
  if (row !== undefined)
    await sql`INSERT INTO forum_search (rowid, title, body, scope) VALUES (${sql.join(row)})`.execute(tx);
}

/** Nothing for what is no post. */
export function searchRow({ number, thread }: StoredThread, { sequence, change }: Entry): SearchRow | undefined {
  const text = postText(change);
  if (text === undefined) return undefined;
  const title = change.type === "forum.thread.opened" ? change.title : "";
  const scope = [`${THREAD}${number}`, scopeWord("ticket", thread.ticket), scopeWord("kind", thread.kind)];
  if (thread.runId !== undefined) scope.push(scopeWord("run", thread.runId));
  return [sequence, title, text, scope.join(" ")];
}

/** With a thread's number, the word that stands for the thread. */
const THREAD = "thread";

/** First threads whose title matches, then those with a post that does; the newest first in both. */
const PHASES = ["title", "post"] as const;

type Phase = (typeof PHASES)[number];

/** One page. Threads are told once: titles never change, and a thread is told at its newest post that matches. */
export async function pageOfFound(db: ForumReader, query: SearchQuery): Promise<Decision<Page<Found>>> {
  const after = readCursor("found", query.cursor, 3);
  if (!after.accepted) return after;
  const words = matchExpression(query.text);
  if (words === undefined) return accept({ items: [], next: undefined });
  return accept(await collect(db, { ...query, words }, after.value));
}

interface Search extends SearchQuery {
  readonly words: string;
}

async function collect(db: ForumReader, search: Search, after: readonly number[] | undefined): Promise<Page<Found>> {
  // Posts that come while somebody turns pages are left out, so that no thread is told at two of its posts.
  const [asOf = await newest(db), firstPhase = 0, firstBefore = END] = after ?? [];
  const found: Found[] = [];
  let [phase, before, scanned] = [firstPhase, firstBefore, 0];
  for (;;) {
    const name = PHASES[phase];
    if (name === undefined) return { items: found, next: undefined };
    const limit = Math.min(CHUNK, search.scan - scanned);
    const { rows } = await hitsQuery(search, name, { before, asOf, limit }).execute(db);
    scanned += rows.length;
    const news = await untold(db, { ...search, phase: name, asOf }, rows);
    const room = search.limit - found.length;
    found.push(...(await readFound(db, news.slice(0, room))));
    const last = news.length >= room ? news[room - 1] : rows.at(-1);
    if (news.length >= room || scanned === search.scan)
      return { items: found, next: writeCursor("found", [asOf, phase, last?.sequence ?? before]) };
    [phase, before] = rows.length < limit ? [phase + 1, END] : [phase, last?.sequence ?? before];
  }
}

/** Posts read at once. */
const CHUNK = 200;
/** Behind the newest post. */
const END = Number.MAX_SAFE_INTEGER;

/** A post that matches; `passes` is 1 where its thread passes the filter. */
interface Hit {
  readonly sequence: number;
  readonly number: number;
  readonly passes: number;
}

interface Stretch {
  readonly before: number;
  readonly asOf: number;
  readonly limit: number;
}

/** Posts that match, the newest first. */
export function hitsQuery(search: Search, phase: Phase, { before, asOf, limit }: Stretch) {
  const match = inColumns(phase, search.words, scopeOf(search.filter));
  return sql<Hit>`
    SELECT entries.sequence, threads.number, ${passing(search.filter)} AS passes
    FROM forum_search
    CROSS JOIN forum_entries AS entries ON entries.sequence = forum_search.rowid
    CROSS JOIN forum_threads AS threads ON threads.number = entries.thread
    WHERE forum_search MATCH ${match} AND forum_search.rowid < ${before} AND forum_search.rowid <= ${asOf}
    ORDER BY forum_search.rowid DESC LIMIT ${sql.lit(limit)}`;
}

/** The hits that pass the filter and are the first of their thread that anybody is told. */
async function untold(
  db: ForumReader,
  { words, phase, asOf }: Search & { readonly phase: Phase; readonly asOf: number },
  hits: readonly Hit[],
): Promise<readonly Hit[]> {
  const firsts = new Map<number, Hit>();
  for (const hit of hits) if (hit.passes === 1 && !firsts.has(hit.number)) firsts.set(hit.number, hit);
  if (phase === "title" || firsts.size === 0) return [...firsts.values()];
  const threads = [...firsts.keys()];
  const titles = await newestHits(db, inColumns("title", words, []), { threads, after: 0, asOf });
  const after = Math.min(...[...firsts.values()].map(({ sequence }) => sequence));
  const posts = await newestHits(db, inColumns("post", words, []), { threads, after, asOf });
  return [...firsts.values()].filter(
    ({ number, sequence }) => !titles.has(number) && (posts.get(number) ?? 0) <= sequence,
  );
}

interface Among {
  readonly threads: readonly number[];
  readonly after: number;
  readonly asOf: number;
}

/** The newest post of each of the threads that matches, where there is one. */
async function newestHits(db: ForumReader, match: string, among: Among): Promise<ReadonlyMap<number, number>> {
  const { rows } = await newestHitsQuery(match, among).execute(db);
  return new Map(rows.map(({ thread, newest: sequence }) => [thread, sequence]));
}

export function newestHitsQuery(match: string, { threads, after, asOf }: Among) {
  const own = threads.map((number) => `"${THREAD}${number}"`).join(" OR ");
  return sql<{ thread: number; newest: number }>`
    SELECT entries.thread, max(entries.sequence) AS newest
    FROM forum_search
    CROSS JOIN forum_entries AS entries ON entries.sequence = forum_search.rowid
    WHERE forum_search MATCH ${`${match} AND {scope} : (${own})`}
      AND forum_search.rowid > ${after} AND forum_search.rowid <= ${asOf}
    GROUP BY entries.thread`;
}

function inColumns(phase: Phase, words: string, scope: readonly string[]): string {
  const columns = phase === "title" ? "{title}" : "{title body}";
  return [`${columns} : (${words})`, ...scope.map((word) => `{scope} : "${word}"`)].join(" AND ");
}

/** What never changes about a thread stands in the index; the rest is looked at row by row. */
function scopeOf({ kind = "question", ticket, run }: SearchQuery["filter"]): readonly string[] {
  const words = [scopeWord("kind", kind)];
  if (ticket !== undefined) words.push(scopeWord("ticket", ticket));
  if (run !== undefined) words.push(scopeWord("run", run));
  return words;
}

/** 1 or 0. */
function passing({ ticket, run, agent, state, priority, assignee }: SearchQuery["filter"]) {
  const wanted: readonly (readonly [string, string | number | undefined])[] = [
    ["ticket", ticket],
    ["run", run],
    ["agent", agent],
    ["state", state],
    ["priority", priority === undefined ? undefined : rank(priority)],
    ["assignee_name", assignee],
  ];
  const terms = wanted
    .filter(([, value]) => value !== undefined)
    .map(([column, value]) => sql`threads.${sql.ref(column)} IS ${value}`);
  return terms.length === 0 ? sql.lit(1) : sql.join(terms, sql` AND `);
}

/** The threads of the hits, in their order. */
async function readFound(db: ForumReader, hits: readonly Hit[]): Promise<readonly Found[]> {
  if (hits.length === 0) return [];
  const rows = await db
    .selectFrom("forum_entries")
    .innerJoin("forum_threads", "forum_threads.number", "forum_entries.thread")
    .selectAll("forum_threads")
    .select(["forum_entries.sequence", "forum_entries.body"])
    .where(
      "forum_entries.sequence",
      "in",
      hits.map(({ sequence }) => sequence),
    )
    .execute();
  const found = new Map(
    rows.map((row) => [row.sequence, { ...toThread(row), sequence: row.sequence, body: row.body ?? "" }]),
  );
  return hits.flatMap(({ sequence }) => found.get(sequence) ?? []);
}

async function newest(db: ForumReader): Promise<number> {
  const row = await db
    .selectFrom("forum_entries")
    .select((of) => of.fn.max("sequence").as("last"))
    .executeTakeFirst();
  return row?.last ?? 0;
}
