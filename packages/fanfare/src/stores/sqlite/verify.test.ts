import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { expect, test } from "vitest";
import { scratchFolder } from "../../../testing/scratch-folder.ts";
import { patterns, samples } from "../../testing/conformance/sample-events.ts";
import { openDatabase, query } from "./database.ts";
import { sqliteLog } from "./log.ts";
import { verifyLog } from "./verify.ts";

const path = scratchFolder();

/** A closed log with three topics, one of them partly and one wholly trimmed. */
async function made(): Promise<string> {
  const file = path();
  const log = sqliteLog(file);
  await log.append([...samples(10, "a"), ...samples(10, "b"), ...samples(5, "c")]);
  const rules = patterns("a", "c").map((topics, index) => ({ topics, maxEvents: index === 0 ? 4 : 0 }));
  await log.trim({ rules, now: Date.now() });
  await log.close();
  return file;
}

test("a sound log has no problems, open or closed", async () => {
  const file = await made();
  expect(verifyLog(file)).toMatchObject({ path: file, events: 14, topics: 3, last: 25, problems: [] });
  const log = sqliteLog(file);
  await log.append(samples(2, "b"));
  expect(verifyLog(file)).toMatchObject({ events: 16, last: 27, problems: [] });
  await log.close();
});

test.each([
  ["a position that nobody trimmed", "DELETE FROM events WHERE position = 28", "27 and 29 are missing"],
  ["a wrong count", "UPDATE topics SET events = 1 WHERE topic = 'b'", "topic b do not fit its 15"],
  ["a wrong size", "UPDATE topics SET bytes = bytes + 1 WHERE topic = 'a'", "topic a"],
  ["a wrong end", "UPDATE topics SET last = 99 WHERE topic = 'b'", "topic b"],
  ["data that are no JSON", "UPDATE events SET data = '{' WHERE position = 12", "position 12 .* not JSON"],
  [
    "attributes that are no object",
    "UPDATE events SET attributes = '1' WHERE position = 12",
    "attributes at position 12",
  ],
  ["an unknown topic", "UPDATE events SET topic_id = 77 WHERE position = 12", "topic number 77"],
  [
    "an id that is stored and trimmed",
    "UPDATE remembered_ids SET id = (SELECT id FROM events WHERE position = 12) WHERE number = 1",
    "also remembered",
  ],
  ["a remembered id without digest", "UPDATE remembered_ids SET digest = '?' WHERE number = 1", "has no digest"],
])("%s is found", async (_kind, sql, problem) => {
  const file = await made();
  const log = sqliteLog(file);
  await log.append(samples(5, "b"));
  await log.close();
  const db = openDatabase(file);
  db.exec(sql);
  db.close();
  expect(verifyLog(file).problems.join("\n")).toMatch(new RegExp(problem));
});

test("a page overwritten on the disk is found", async () => {
  const file = await made();
  const db = openDatabase(file);
  const [page = 0] =
    query<[], [number]>(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'events_by_topic'").get() ?? [];
  db.close();
  const disk = openSync(file, "r+");
  writeSync(disk, Buffer.alloc(1_000, 0xee), 0, 1_000, (page - 1) * 4_096);
  closeSync(disk);
  expect(verifyLog(file).problems.join("\n")).toContain("SQLite:");
});

test("what is no log at all is told as `unavailable`", async () => {
  const text = path();
  writeFileSync(text, "no database".repeat(1_000));
  const empty = path();
  writeFileSync(empty, "");
  for (const file of [text, empty, path("missing.db")])
    expect(() => verifyLog(file)).toThrow(
      expect.objectContaining({ code: "unavailable", message: expect.stringContaining(file) }),
    );
});
