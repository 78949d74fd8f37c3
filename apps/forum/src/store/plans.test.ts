import type { DatabaseSync } from "node:sqlite";
import type { CompiledQuery } from "kysely";
import { describe, expect, test } from "vitest";
import { compiler, peek, planOf, seededFile } from "../../testing/forum-file.ts";
import { RECOUNT } from "../../testing/scale/seed.ts";
import type { Thread } from "../domain/thread.ts";
import { entriesQuery } from "./entries.ts";
import { openedQuery, placesQuery, threadsQuery, type ThreadFilter, type ThreadsQuery } from "./listing.ts";
import { runsQuery } from "./runs.ts";
import { hitsQuery, newestHitsQuery } from "./search.ts";
import { statsQuery } from "./stats.ts";
import { waitingQuery } from "./waiting.ts";

const file = await seededFile({ threads: 300, posts: 2_000, tickets: 10, runs: 5 });
const db = (): DatabaseSync => peek(file);

/** What a plan must not hold: a walk over all of a table, a sort, an index made for the occasion. */
const SLOW = /^SCAN (?!forum_search\b)(?!.* USING (?:COVERING )?INDEX )|TEMP B-TREE|AUTOMATIC/;

function expectFast(plan: readonly string[]): void {
  expect(plan.filter((line) => SLOW.test(line))).toEqual([]);
}

const viewer = { type: "operator", id: "otto" } as const;

const FILTERS: readonly (readonly [string, ThreadFilter, string])[] = [
  ["nothing", {}, "forum_threads_by_kind"],
  ["a kind", { kind: "control" }, "forum_threads_by_kind"],
  ["a ticket", { ticket: "T-1" }, "forum_threads_by_ticket"],
  ["a ticket, a state and a priority", { ticket: "T-1", state: "new", priority: "high" }, "forum_threads_by_ticket"],
  ["a run", { run: "r", kind: "question" }, "forum_threads_by_run"],
  ["a run and an agent", { run: "r", agent: "ada" }, "forum_threads_by_run"],
  ["a state", { kind: "question", state: "new" }, "forum_threads_by_state"],
  ["an assignee", { assignee: "otto", state: "new" }, "forum_threads_by_assignee"],
  ["what is unanswered", { unanswered: true }, "forum_threads_unanswered"],
  ["what is unanswered and unseen", { unanswered: true, unseenBy: viewer }, "forum_threads_unanswered"],
  ["what is unseen", { unseenBy: viewer }, "forum_threads_by_kind"],
];

describe("a list by priority walks one index in its order, for", () => {
  const bounds = {
    asOf: 1_000,
    begin: { priority: 1, last_sequence: 900 },
    end: { priority: 0, last_sequence: 10 },
  };
  test.each(FILTERS)("%s", (_, filter, index) => {
    const query: ThreadsQuery = { filter, sort: "priority", limit: 50, scan: 5_000 };
    for (const [begin, end] of [
      [undefined, undefined],
      [bounds.begin, bounds.end],
    ] as const) {
      const plan = planOf(db(), threadsQuery(compiler, query, { asOf: 1_000, begin, end }).compile());
      expect(`${plan[0]} `).toContain(` INDEX ${index} `);
      expectFast(plan);
    }
    const places = planOf(db(), placesQuery(compiler, query, bounds).compile());
    expect(places).toEqual([expect.stringContaining(`USING COVERING INDEX ${index} `)]);
  });

  test.each(FILTERS)("%s, by opening, it walks the table", (_, filter) => {
    const query: ThreadsQuery = { filter, sort: "opened", limit: 50, scan: 5_000 };
    const plan = planOf(db(), openedQuery(compiler, query, { begin: 200, end: 1 }).compile());
    expect(plan[0]).toBe("SEARCH forum_threads USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
    expectFast(plan);
  });
});

const search = { words: '"w0x"', filter: { ticket: "T-1" }, text: "w0x", limit: 50, scan: 5_000 };
const among = { threads: [1, 2], after: 1, asOf: 1_000 };
const before: Thread = { waitingSince: 5 } as Thread;

const QUERIES: readonly (readonly [string, () => CompiledQuery, string])[] = [
  [
    "a thread's history",
    () => entriesQuery(compiler, { thread: 1, order: "oldest", limit: 50 }, 7).compile(),
    "forum_entries_by_thread",
  ],
  [
    "a thread's newest posts",
    () => entriesQuery(compiler, { thread: 1, only: "posts", order: "newest", limit: 50 }, 7).compile(),
    "forum_posts_by_thread",
  ],
  [
    "threads that wait",
    () => waitingQuery(compiler, { priority: 1, since: 9, after: { number: 1, thread: before }, limit: 100 }).compile(),
    "forum_threads_waiting",
  ],
  ["runs", () => runsQuery(compiler, { limit: 50, ticket: "T-1" }, 7).compile(), "forum_runs_by_sequence"],
  ["counts of a ticket", () => statsQuery(compiler, { ticket: "T-1" }).compile(), "PRIMARY KEY"],
  [
    "posts that match",
    () => hitsQuery(search, "post", { before: 9, asOf: 9, limit: 9 }).compile(compiler),
    "VIRTUAL TABLE",
  ],
  ["newer posts that match", () => newestHitsQuery('"w0x"', among).compile(compiler), "VIRTUAL TABLE"],
];

test.each(QUERIES)("%s are found without a scan", (_, query, index) => {
  const plan = planOf(db(), query());
  expect(plan[0]).toContain(index);
  // Threads that a search found are grouped; there are no more than its page holds.
  expectFast(plan.filter((line) => line !== "USE TEMP B-TREE FOR GROUP BY"));
});

test("what the seeding counted is what a recount counts", () => {
  const counted = db().prepare("SELECT * FROM forum_stats ORDER BY 1, 2, 3, 4, 5").all();
  expect(counted).toEqual(db().prepare(`${RECOUNT} ORDER BY 1, 2, 3, 4, 5`).all());
});

test("threads that wait are those, and only those, that have waited since then", () => {
  const all = db()
    .prepare("SELECT number, waiting_since AS at FROM forum_threads WHERE priority = 1 ORDER BY at")
    .all();
  const waiting = all.filter(({ at }) => at !== null);
  const since = Number(waiting[Math.floor(waiting.length / 2)]?.["at"]);
  const { sql, parameters } = waitingQuery(compiler, { priority: 1, since, limit: 1_000 }).compile();
  const found = db()
    .prepare(sql)
    .all(...(parameters as readonly number[]));
  const expected = waiting.filter(({ at }) => Number(at) <= since);
  expect(found.map(({ number }) => number)).toEqual(expected.map(({ number }) => number));
  expect(found.length).toBeLessThan(waiting.length);
});
