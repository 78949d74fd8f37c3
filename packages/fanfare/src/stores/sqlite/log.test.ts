import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { parsePattern, START } from "@fanfare/protocol";
import { scratchFolder } from "../../../testing/scratch-folder.ts";
import { collect, page, positions, range, readAll } from "../../testing/conformance/log-reading.ts";
import { patterns, sample, samples } from "../../testing/conformance/sample-events.ts";
import { eventually } from "../../testing/conformance/waiting.ts";
import { openDatabase } from "./database.ts";
import { sqliteLog } from "./log.ts";

const path = scratchFolder();
const DAY = 24 * 60 * 60 * 1000;

describe("a file that cannot be used", () => {
  const foreign = path("foreign.db");
  const later = path("later.db");
  const damaged = path("damaged.db");
  const folder = path("folder");
  mkdirSync(folder);
  writeFileSync(damaged, "this is no database".repeat(1_000));
  const other = openDatabase(foreign);
  other.exec("CREATE TABLE theirs (a)");
  other.close();

  test.each([
    ["of another program", foreign, "another program"],
    ["that is no database", damaged, "not a SQLite database"],
    ["that is a folder", folder, "cannot be opened"],
    ["below a file", `${damaged}/log.db`, "EEXIST|ENOTDIR"],
  ])("%s is told once and clearly by every call", async (_kind, file, reason) => {
    const log = sqliteLog(file);
    const told = { code: "unavailable", message: expect.stringMatching(`${file}.*${reason}`) };
    await expect(log.append([sample()])).rejects.toMatchObject(told);
    await expect(log.bounds()).rejects.toMatchObject(told);
    await expect(log.follow(() => undefined)).rejects.toMatchObject(told);
    await expect(log.state.get("a")).rejects.toMatchObject(told);
    await expect(log.bus.nodes()).rejects.toMatchObject(told);
    await log.close();
  });

  test("of a later version is left alone", async () => {
    await sqliteLog(later).close();
    const db = openDatabase(later);
    db.exec("PRAGMA user_version = 99");
    db.close();
    const log = sqliteLog(later);
    await expect(log.bounds()).rejects.toMatchObject({ message: expect.stringContaining("later version") });
    await log.close();
  });

  test("of another program is not changed by the attempt", async () => {
    const log = sqliteLog(foreign);
    await expect(log.bounds()).rejects.toMatchObject({ code: "unavailable" });
    await log.close();
    expect([...openDatabase(foreign).prepare("PRAGMA journal_mode").all()]).toEqual([{ journal_mode: "delete" }]);
  });

  test("because it is none says what to use instead", () => {
    expect(() => sqliteLog(":memory:")).toThrow("memoryLog");
  });
});

test("the folder of a new log is made", async () => {
  const log = sqliteLog(`${path("folder")}/deep/log.db`);
  await expect(log.append([sample()])).resolves.toHaveLength(1);
  await log.close();
});

test("appends of one tick share a transaction", async () => {
  const file = path();
  const log = sqliteLog(file);
  await log.append([sample()]);
  const before = statSync(`${file}-wal`).size;
  await Promise.all(samples(200).map((event) => log.append([event])));
  // Each transaction writes at least a page of every table and index that it changes.
  expect(statSync(`${file}-wal`).size - before).toBeLessThan(200 * 4 * 4_096 * 0.25);
  await log.close();
});

test("a lock that another program keeps is waited for, and then told as `unavailable`", async () => {
  const file = path();
  const log = sqliteLog(file, { busyTimeoutMs: 50 });
  await log.append([sample()]);
  const other = openDatabase(file);
  other.exec("BEGIN IMMEDIATE");
  await expect(log.append([sample()])).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("lock"),
  });
  // Whoever only reads does not care.
  await expect(page(log)).resolves.toMatchObject({ head: 1 });
  const later = log.append([sample()]);
  other.exec("ROLLBACK");
  other.close();
  await later.catch(() => log.append([sample()]));
  expect(positions(await readAll(log))).toEqual([1, 2]);
  await log.close();
});

test("notices and reads pass while the log cannot be written", async () => {
  const file = path();
  const [one, two] = [sqliteLog(file), sqliteLog(file)];
  await Promise.all([one.append([sample()]), two.bus.nodes(), one.bus.nodes()]);
  const heard = new Promise((resolve) => two.bus.subscribe(resolve));
  const other = openDatabase(file);
  other.exec("BEGIN IMMEDIATE");
  const waiting = one.append([sample()]);
  one.bus.publish("1");
  expect(await heard).toBe("1");
  await expect(page(one)).resolves.toMatchObject({ head: 1 });
  other.exec("ROLLBACK");
  other.close();
  expect(positions(await waiting)).toEqual([2]);
  await Promise.all([one.close(), two.close()]);
});

test("an id is free again thirty days after retention took its event", async () => {
  const log = sqliteLog(path());
  const now = Date.now();
  const [rule] = patterns(">").map((topics) => ({ topics, maxEvents: 0 }));
  await log.append([sample("sample.one", { id: "old", data: 1 })]);
  await log.trim({ rules: rule ? [rule] : [], now });
  await log.trim({ rules: [], now: now + 29 * DAY });
  await expect(log.append([sample("sample.one", { id: "old", data: 2 })])).rejects.toMatchObject({
    code: "id_conflict",
  });
  await log.trim({ rules: [], now: now + 31 * DAY });
  expect(positions(await log.append([sample("sample.one", { id: "old", data: 2 })]))).toEqual([2]);
  await log.close();
});

test("a pattern over more topics than are read one by one finds all, those that came later too", async () => {
  const log = sqliteLog(path());
  const wide = patterns("wide.*");
  for (const round of range(1, 3)) {
    await log.append(range(1, 80).flatMap((n) => [sample(`wide.${round}-${n}`), sample(`other.${round}-${n}`)]));
    const events = await readAll(log, { topics: wide, scan: 50, limit: 7 });
    expect(positions(events)).toEqual(range(1, round * 80).map((n) => n * 2 - 1));
  }
  await log.trim({ rules: [{ topics: parsePattern("wide.2-40"), maxEvents: 0 }], now: Date.now() });
  await expect(page(log, { topics: wide })).resolves.toMatchObject({ trimmed: 239 });
  await expect(page(log, { topics: patterns("other.*") })).resolves.toMatchObject({ trimmed: 0 });
  await log.trim({ rules: [{ topics: parsePattern("wide.3-1"), maxEvents: 0 }], now: Date.now() });
  await expect(page(log, { topics: wide })).resolves.toMatchObject({ trimmed: 321 });
  await log.close();
});

test("what is told to followers while one of them joins is counted in its head or told to it", async () => {
  const file = path();
  const [log, other] = [sqliteLog(file, { safetyCheck: false }), sqliteLog(file, { safetyCheck: false })];
  const early = await collect(log);
  const work = range(1, 60).map((n) => (n % 3 === 0 ? log : other).append(samples(3)));
  const joined = [];
  for (const _ of range(1, 10)) joined.push(await collect(log));
  await Promise.all(work);
  await early.until(180);
  for (const { head, events, until } of joined) {
    await until(180 - head);
    expect(positions(events)).toEqual(range(head + 1, 180));
  }
  await Promise.all([log.close(), other.close()]);
});

test("the slow check finds commits whose ring is not heard", async () => {
  const file = path();
  const log = sqliteLog(file);
  const followed = await collect(log);
  // Another program's commit, say, that knows nothing of doorbells.
  const db = openDatabase(file);
  db.exec(`INSERT INTO topics (topic, events, bytes, first, last) VALUES ('a', 1, 1, 1, 1);
    INSERT INTO events VALUES (1, 1, 0, 1, 'x', 't', '2026-01-01T00:00:00.000Z', '{}', 'null')`);
  db.close();
  await followed.until(1);
  expect(followed.events).toMatchObject([{ topic: "a", id: "x", position: 1 }]);
  await log.close();
});

test("a cleanly closed log leaves one file's worth of history and no write-ahead log", async () => {
  const file = path();
  const log = sqliteLog(file);
  await log.append(samples(3));
  await log.close();
  expect(() => statSync(`${file}-wal`)).toThrow("ENOENT");
  expect(statSync(dirname(file)).isDirectory()).toBe(true);
});

describe("the epoch", () => {
  const mark = (file: string, sql: string): void => {
    const db = openDatabase(file);
    db.exec(sql);
    db.close();
  };

  test("begins anew when a log with less than full sync was not closed", async () => {
    const file = path();
    const first = sqliteLog(file, { sync: "normal" });
    await first.append(samples(2));
    const { epoch } = await first.bounds();
    const second = sqliteLog(file);
    // Somebody else has it open: nothing can be lost.
    expect((await second.bounds()).epoch).toBe(epoch);
    await Promise.all([first.close(), second.close()]);
    const closed = sqliteLog(file, { sync: "normal" });
    expect((await closed.bounds()).epoch).toBe(epoch);
    await closed.close();
    mark(file, "UPDATE log SET unclean = 1");
    const reopened = sqliteLog(file);
    const bounds = await reopened.bounds();
    expect(bounds.epoch).not.toBe(epoch);
    expect(bounds.last).toBe(2);
    await reopened.close();
    const settled = sqliteLog(file);
    expect((await settled.bounds()).epoch).toBe(bounds.epoch);
    await settled.close();
  });

  test("of two logs is never the same", async () => {
    const [one, two] = [sqliteLog(path()), sqliteLog(path())];
    expect((await one.bounds()).epoch).not.toBe((await two.bounds()).epoch);
    await Promise.all([one.close(), two.close()]);
  });
});

test("a page that would hold nothing still moves on", async () => {
  const log = sqliteLog(path());
  await log.append(range(1, 200).map((n) => sample(`noise.${n}`)));
  const [first] = [await page(log, { topics: patterns("*.x.>"), scan: 10, after: START })];
  expect(first.events).toEqual([]);
  expect(first.through).toBeGreaterThan(0);
  await eventually(
    "the end is reached",
    async () => (await readAll(log, { topics: patterns("*.x"), scan: 10 })).length === 0,
  );
  await log.close();
});
