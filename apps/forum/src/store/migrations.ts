import { sql } from "kysely";
import type { Migration } from "kysely/migration";

const THREADS = `
  CREATE TABLE forum_threads (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    ticket TEXT NOT NULL,
    run TEXT,
    agent TEXT,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    priority INTEGER NOT NULL,
    assignee_type TEXT,
    assignee_name TEXT,
    opener_type TEXT NOT NULL,
    opener_name TEXT,
    opened_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    closed_at INTEGER,
    posts INTEGER NOT NULL,
    last_post INTEGER NOT NULL,
    last_post_at INTEGER NOT NULL,
    author_type TEXT NOT NULL,
    author_name TEXT,
    other_post INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    last_actor TEXT,
    asked INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    unanswered INTEGER NOT NULL,
    waiting_since INTEGER,
    escalated INTEGER NOT NULL
  ) STRICT`;

const ENTRIES = `
  CREATE TABLE forum_entries (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    thread INTEGER NOT NULL,
    type TEXT NOT NULL,
    time INTEGER NOT NULL,
    actor_type TEXT NOT NULL,
    actor_name TEXT,
    correlation TEXT NOT NULL,
    causation TEXT,
    change TEXT NOT NULL,
    body TEXT
  ) STRICT`;

/** Every list is sorted by priority and then by the newest entry, so each of its filters ends in these two. */
const LISTS = [
  "CREATE INDEX forum_threads_by_kind ON forum_threads (kind, priority, last_sequence)",
  "CREATE INDEX forum_threads_by_ticket ON forum_threads (ticket, priority, last_sequence)",
  "CREATE INDEX forum_threads_by_run ON forum_threads (run, priority, last_sequence) WHERE run IS NOT NULL",
  // One expression: of two columns the planner would rather take the first alone.
  "CREATE INDEX forum_threads_by_state ON forum_threads (kind || '.' || state, priority, last_sequence)",
  `CREATE INDEX forum_threads_by_assignee ON forum_threads (assignee_name, priority, last_sequence)
     WHERE assignee_name IS NOT NULL`,
  "CREATE INDEX forum_threads_unanswered ON forum_threads (priority, last_sequence) WHERE unanswered = 1",
  `CREATE INDEX forum_threads_waiting ON forum_threads (priority, waiting_since)
     WHERE waiting_since IS NOT NULL AND escalated = 0`,
  "CREATE UNIQUE INDEX forum_control_threads ON forum_threads (run, agent) WHERE kind = 'control'",
  "CREATE INDEX forum_entries_by_thread ON forum_entries (thread, sequence)",
  "CREATE INDEX forum_posts_by_thread ON forum_entries (thread, sequence) WHERE body IS NOT NULL",
];

const SMALL = [
  `CREATE TABLE forum_reads (
    viewer_type TEXT NOT NULL, viewer_id TEXT NOT NULL, thread INTEGER NOT NULL,
    seen INTEGER NOT NULL, seen_at INTEGER NOT NULL,
    PRIMARY KEY (viewer_type, viewer_id, thread)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE forum_attempts (
    thread INTEGER NOT NULL, attempt TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (thread, attempt), UNIQUE (thread, number)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE forum_requests (
    thread INTEGER NOT NULL, request TEXT NOT NULL, attempt INTEGER NOT NULL, asked INTEGER NOT NULL, ended INTEGER,
    PRIMARY KEY (thread, request)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX forum_requests_pending ON forum_requests (thread, asked) WHERE ended IS NULL",
  `CREATE TABLE forum_stats (
    ticket TEXT NOT NULL, run TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, priority INTEGER NOT NULL,
    threads INTEGER NOT NULL, unanswered INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    PRIMARY KEY (ticket, run, kind, state, priority)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX forum_stats_by_run ON forum_stats (run)",
];

/** What reactions keep. */
const MODELS = [
  `CREATE TABLE forum_runs (
    run TEXT PRIMARY KEY, status TEXT NOT NULL, last_sequence INTEGER NOT NULL, updated_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX forum_runs_by_sequence ON forum_runs (last_sequence)",
  `CREATE TABLE forum_run_tickets (
    run TEXT NOT NULL, ticket TEXT NOT NULL, PRIMARY KEY (run, ticket)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX forum_run_tickets_by_ticket ON forum_run_tickets (ticket)",
  `CREATE TABLE forum_agents (
    run TEXT NOT NULL, agent TEXT NOT NULL, thread TEXT NOT NULL, ticket TEXT NOT NULL, state TEXT NOT NULL,
    last_sequence INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    PRIMARY KEY (run, agent)
  ) STRICT`,
];

/** Holds no text, only where each word stands; a row's number is its entry's sequence. */
const SEARCH = `
  CREATE VIRTUAL TABLE forum_search USING fts5(
    title, body, scope, content = '', columnsize = 0, tokenize = "unicode61 remove_diacritics 2"
  )`;

/** By name, in the order of the names; one that was released is never changed. */
export const FORUM_MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-forum": {
    async up(db) {
      for (const statement of [THREADS, ENTRIES, ...LISTS, ...SMALL, ...MODELS, SEARCH])
        await sql.raw(statement).execute(db);
    },
  },
};
