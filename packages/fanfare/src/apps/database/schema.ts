import { sql, type Kysely, type Transaction } from "kysely";
import type { Migration } from "kysely/migration";

/** What every app's file holds beside the app's own tables and the outbox. */
export interface OwnTables {
  /** How far each reaction is. */
  fanfare_reactions: {
    name: string;
    cursor: string;
    scope: string;
    handled: number;
    gaps: number;
    died: number;
    /** Of the event that it is at. */
    attempts: number;
    error: string | null;
    error_at: number | null;
  };
  /** Events that a reaction could not handle. */
  fanfare_letters: {
    number: number;
    reaction: string;
    position: number;
    topic: string;
    type: string;
    /** JSON of `{event?, gap?}`. */
    body: string;
    state: "dead" | "due";
    attempts: number;
    error: string;
    died_at: number;
  };
  fanfare_timers: {
    name: string;
    next_at: number;
    runs: number;
    failures: number;
    error: string | null;
    error_at: number | null;
  };
  /** What calls with an Idempotency-Key were answered. */
  fanfare_answers: { holder: string; key: string; fingerprint: string; answer: string; at: number };
}

/** An app's database, seen as holding our tables, which it does. */
export function own<Tables>(db: Transaction<Tables>): Transaction<OwnTables>;
export function own<Tables>(db: Kysely<Tables>): Kysely<OwnTables>;
export function own<Tables>(db: Kysely<Tables>): Kysely<OwnTables> {
  return db as unknown as Kysely<OwnTables>;
}

/** Our own migrations; one that was released is never changed. */
export const OWN_MIGRATIONS: Readonly<Record<string, Migration>> = {
  "1": {
    async up(db: Kysely<unknown>): Promise<void> {
      for (const table of TABLES) await sql.raw(table).execute(db);
    },
  },
};

const TABLES = [
  `CREATE TABLE fanfare_reactions (
    name TEXT PRIMARY KEY, cursor TEXT NOT NULL, scope TEXT NOT NULL,
    handled INTEGER NOT NULL DEFAULT 0, gaps INTEGER NOT NULL DEFAULT 0, died INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0, error TEXT, error_at INTEGER
  ) STRICT`,
  `CREATE TABLE fanfare_letters (
    number INTEGER PRIMARY KEY AUTOINCREMENT, reaction TEXT NOT NULL, position INTEGER NOT NULL,
    topic TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'dead',
    attempts INTEGER NOT NULL, error TEXT NOT NULL, died_at INTEGER NOT NULL
  ) STRICT`,
  "CREATE INDEX fanfare_letters_due ON fanfare_letters (number) WHERE state = 'due'",
  "CREATE INDEX fanfare_letters_reaction ON fanfare_letters (reaction, state)",
  `CREATE TABLE fanfare_timers (
    name TEXT PRIMARY KEY, next_at INTEGER NOT NULL, runs INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0, error TEXT, error_at INTEGER
  ) STRICT`,
  `CREATE TABLE fanfare_answers (
    holder TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, answer TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (holder, key)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX fanfare_answers_at ON fanfare_answers (at)",
];
