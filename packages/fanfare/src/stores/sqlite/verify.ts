import { existsSync } from "node:fs";
import { FanfareError } from "@fanfare/protocol";
import { openDatabase, query, type Database } from "./database.ts";
import { HEAD } from "./head.ts";
import { checkOwn } from "./schema.ts";
import { BUSY_TIMEOUT_MS, snapshot } from "./transaction.ts";
import { isDamaged, unavailable } from "./trouble.ts";

/** What {@link verifyLog} found. */
export interface LogReport {
  readonly path: string;
  readonly epoch: string;
  /** Stored events. */
  readonly events: number;
  /** Topics, those that retention emptied among them. */
  readonly topics: number;
  /** Position of the newest event ever committed. */
  readonly last: number;
  /** Empty for a sound log; otherwise sentences, the first hundred or so. */
  readonly problems: readonly string[];
}

/** Problems of one kind that are listed, at most. */
const LISTED = 20;

/** Each finds rows that must not be; its sentence is made of the row's values. */
const CHECKS: readonly { readonly sql: string; readonly says: (subject: string, more: string) => string }[] = [
  {
    // Positions are given without a hole: only retention makes one, and says up to where it went.
    sql: `SELECT position, before FROM (SELECT position, lag(position, 1, 0) OVER (ORDER BY position) AS before FROM events)
          WHERE position > before + 1 AND position - 1 > (SELECT coalesce(max(trimmed), 0) FROM topics)`,
    says: (position, before) => `positions between ${before} and ${position} are missing and were not trimmed`,
  },
  {
    sql: "SELECT position, id FROM events WHERE position < 1 OR id = ''",
    says: (position, id) => `position ${position} with id ${JSON.stringify(id)} cannot be`,
  },
  {
    sql: "SELECT id, count(*) AS times FROM events NOT INDEXED GROUP BY id HAVING times > 1",
    says: (id, times) => `id ${JSON.stringify(id)} is stored ${times} times`,
  },
  {
    sql: "SELECT id, events.position FROM events JOIN remembered_ids USING (id)",
    says: (id, position) => `id ${JSON.stringify(id)} at position ${position} is also remembered as trimmed`,
  },
  {
    sql: "SELECT id, digest FROM remembered_ids WHERE length(digest) <> 43 OR digest GLOB '*[^A-Za-z0-9_-]*'",
    says: (id, digest) => `the remembered id ${JSON.stringify(id)} has no digest but ${JSON.stringify(digest)}`,
  },
  {
    sql: "SELECT position, id FROM events WHERE NOT json_valid(attributes) OR json_type(attributes) <> 'object'",
    says: (position, id) => `the attributes at position ${position} (id ${JSON.stringify(id)}) are not a JSON object`,
  },
  {
    sql: "SELECT position, id FROM events WHERE NOT json_valid(data)",
    says: (position, id) => `the data at position ${position} (id ${JSON.stringify(id)}) are not JSON`,
  },
  {
    sql: "SELECT position, topic_id FROM events LEFT JOIN topics USING (topic_id) WHERE topic IS NULL",
    says: (position, topicId) => `position ${position} names topic number ${topicId}, which does not exist`,
  },
  {
    sql: `SELECT topic, counted FROM topics LEFT JOIN (
            SELECT topic_id, count(*) AS counted, sum(bytes) AS size, min(position) AS lowest, max(position) AS highest
            FROM events NOT INDEXED GROUP BY topic_id
          ) USING (topic_id)
          WHERE events <> coalesce(counted, 0) OR topics.bytes <> coalesce(size, 0)
             OR first <> coalesce(lowest, 0) OR last <> coalesce(highest, 0) OR (first > 0 AND first <= trimmed)`,
    says: (topic, counted) => `the figures of topic ${topic} do not fit its ${counted} events`,
  },
];

/**
 * Reads the whole file and says whether it is sound; changes nothing, and may run while others use the log.
 * Throws `unavailable` for a file that is no log at all. Works on the calling thread for as long as reading takes.
 */
export function verifyLog(path: string): LogReport {
  if (!existsSync(path)) throw new FanfareError("unavailable", `log: ${path}: there is no such file`);
  let db: Database | undefined;
  try {
    db = openDatabase(path, { readOnly: true, busyTimeoutMs: BUSY_TIMEOUT_MS });
    const opened = db;
    return snapshot(opened, () => report(opened, path));
  } catch (error) {
    throw unavailable(path, error);
  } finally {
    db?.close();
  }
}

function report(db: Database, path: string): LogReport {
  if (checkOwn(db) === 0) throw new FanfareError("unavailable", `log: ${path}: holds no log`);
  const problems = [...damage(() => integrity(db)), ...CHECKS.flatMap((check) => damage(() => run(db, check)))];
  let figures: Figures = ["", 0, 0, 0];
  problems.push(
    ...damage(() => {
      figures = count(db);
      return [];
    }),
  );
  const [epoch, last, events, topics] = figures;
  return { path, epoch, events, topics, last, problems: [...new Set(problems)] };
}

type Figures = [epoch: string, last: number, events: number, topics: number];

function count(db: Database): Figures {
  const sql = `SELECT epoch, ${HEAD}, (SELECT count(*) FROM events NOT INDEXED), (SELECT count(*) FROM topics) FROM log`;
  return query<[], Figures>(db, sql).get() ?? ["", 0, 0, 0];
}

function integrity(db: Database): readonly string[] {
  const rows = query<[], [string]>(db, `PRAGMA integrity_check(${LISTED})`).all();
  return rows.filter(([said]) => said !== "ok").map(([said]) => `SQLite: ${said}`);
}

function run(db: Database, { sql, says }: (typeof CHECKS)[number]): readonly string[] {
  const rows = query<[number], [string | number | null, string | number | null]>(db, `${sql} LIMIT ?`).all(LISTED);
  return rows.map(([subject, more]) => says(String(subject), String(more ?? 0)));
}

/** A page that cannot be read is a problem among the others, not the end of the report. */
function damage(find: () => readonly string[]): readonly string[] {
  try {
    return find();
  } catch (error) {
    if (!isDamaged(error)) throw error;
    return [`SQLite: ${error instanceof Error ? error.message : String(error)}`];
  }
}
