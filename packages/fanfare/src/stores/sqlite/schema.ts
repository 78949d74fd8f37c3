import { FanfareError } from "@fanfare/protocol";
import { query, type Database } from "./database.ts";

/** "fanf": SQLite files of other programs are refused, not changed. */
const APPLICATION_ID = 0x66616e66;

/** Each brings the file from its index to the next version; one that was released is never changed. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE log (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch TEXT NOT NULL,
    -- The head is at least here; written by retention only, which alone can take the newest event away.
    last INTEGER NOT NULL,
    -- Handles that are open; those of crashed processes are counted until the file is opened alone.
    openers INTEGER NOT NULL,
    -- 1 while history might not survive a loss of power.
    unclean INTEGER NOT NULL,
    -- Counts what retention did, so that a reader knows whether it must look again.
    trims INTEGER NOT NULL,
    -- No new state entry has a version up to here.
    state_floor INTEGER NOT NULL
  ) STRICT;
  INSERT INTO log VALUES (1, '', 0, 0, 0, 0, 0);

  CREATE TABLE topics (
    topic_id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL UNIQUE,
    events INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    first INTEGER NOT NULL DEFAULT 0,
    last INTEGER NOT NULL DEFAULT 0,
    trimmed INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX trimmed_topics ON topics (trimmed) WHERE trimmed > 0;

  -- The short columns come first, so that a scan for topics need not touch a row's overflow pages.
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    topic_id INTEGER NOT NULL,
    appended_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    time TEXT NOT NULL,
    attributes TEXT NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  -- Entries of one topic lie in the order of positions, because an index ends in the row's key.
  CREATE INDEX events_by_topic ON events (topic_id);

  CREATE TABLE remembered_ids (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL,
    time TEXT NOT NULL,
    digest TEXT NOT NULL,
    trimmed_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE state (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires REAL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX state_by_expiry ON state (expires) WHERE expires IS NOT NULL;
  `,
];

/** Brings the file to this version, inside the caller's write transaction. */
export function migrate(db: Database): void {
  const version = checkOwn(db);
  for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
}

/** The file's version; throws for a file of another program or a later version. */
export function checkOwn(db: Database): number {
  const version = pragma(db, "user_version");
  const [tables = 0] = query<[], [number]>(db, "SELECT count(*) FROM sqlite_schema").get() ?? [];
  if (tables > 0 && pragma(db, "application_id") !== APPLICATION_ID)
    throw new FanfareError("unavailable", `log: ${db.location() ?? ""}: is the database of another program`);
  if (version > MIGRATIONS.length)
    throw new FanfareError("unavailable", `log: ${db.location() ?? ""}: was written by a later version of Fanfare`);
  return version;
}

function pragma(db: Database, name: string): number {
  return query<[], [number]>(db, `PRAGMA ${name}`).get()?.[0] ?? 0;
}
