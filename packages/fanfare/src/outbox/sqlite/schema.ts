import { FanfareError } from "@fanfare/protocol";
import { KEY_RANGES } from "../key-range.ts";
import { prepare, type Database } from "./database.ts";

/** Each brings the tables from its index to the next version; one that was released is never changed. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE fanfare_outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    key_range INTEGER NOT NULL,
    topic TEXT NOT NULL,
    type TEXT NOT NULL,
    time TEXT NOT NULL,
    attributes TEXT NOT NULL,
    data TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL DEFAULT 0,
    relay TEXT,
    unsure_since INTEGER,
    error TEXT,
    added_at INTEGER NOT NULL,
    settled_at INTEGER
  ) STRICT;
  -- Each answers one question of the relay, and holds only the rows that the question is about.
  CREATE INDEX fanfare_outbox_open ON fanfare_outbox (number) WHERE state IN ('pending', 'leased', 'failed');
  CREATE INDEX fanfare_outbox_keys ON fanfare_outbox (key, number) WHERE state IN ('pending', 'leased', 'failed');
  CREATE INDEX fanfare_outbox_waiting ON fanfare_outbox (key) WHERE state IN ('leased', 'failed');
  CREATE INDEX fanfare_outbox_sent ON fanfare_outbox (settled_at) WHERE state = 'sent';
  CREATE INDEX fanfare_outbox_states ON fanfare_outbox (state) WHERE state <> 'sent';

  CREATE TABLE fanfare_outbox_ranges (key_range INTEGER PRIMARY KEY, relay TEXT, until INTEGER NOT NULL) STRICT;
  WITH RECURSIVE numbers (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number < ${KEY_RANGES - 1})
    INSERT INTO fanfare_outbox_ranges SELECT number, NULL, 0 FROM numbers;
  CREATE TABLE fanfare_outbox_relays (relay TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT;

  CREATE TABLE fanfare_outbox_totals (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    version INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    died INTEGER NOT NULL,
    error TEXT,
    error_at INTEGER
  ) STRICT;
  INSERT INTO fanfare_outbox_totals VALUES (1, 0, 0, 0, 0, NULL, NULL);
  `,
];

/** Makes or renews the outbox's tables, inside the caller's write transaction. Throws `unavailable` for a later version. */
export function migrate(db: Database): void {
  const version = versionOf(db);
  if (version > MIGRATIONS.length)
    throw new FanfareError("unavailable", "outbox: its tables were written by a later version of Fanfare");
  for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
  prepare<[number]>(db, "UPDATE fanfare_outbox_totals SET version = ?").run(MIGRATIONS.length);
}

/** Whether the tables are there in this version, without a lock. */
export function isMigrated(db: Database): boolean {
  return versionOf(db) === MIGRATIONS.length;
}

export function hasOutbox(db: Database): boolean {
  return versionOf(db) > 0;
}

function versionOf(db: Database): number {
  const tables = prepare<[], { name: string }>(
    db,
    "SELECT name FROM sqlite_schema WHERE name = 'fanfare_outbox_totals'",
  );
  if (tables.get() === undefined) return 0;
  return prepare<[], { version: number }>(db, "SELECT version FROM fanfare_outbox_totals").get()?.version ?? 0;
}
