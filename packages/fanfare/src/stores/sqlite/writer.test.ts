import { expect, test } from "vitest";
import type { EventDraft } from "@fanfare/protocol";
import { scratchFolder } from "../../../testing/scratch-folder.ts";
import { range } from "../../testing/conformance/log-reading.ts";
import { sample, samples } from "../../testing/conformance/sample-events.ts";
import { createDatabase, openDatabase, query, type Database } from "./database.ts";
import { EventPacker } from "./event-rows.ts";
import { Writer, type WriterCall, type WriterReport } from "./writer.ts";

const path = scratchFolder();

interface Driven {
  readonly db: Database;
  readonly file: string;
  readonly reports: WriterReport[];
  readonly take: (...calls: readonly WriterCall[]) => readonly WriterReport[];
}

/** A writer on this thread, so that its own connection can be tampered with. */
function driven(): Driven {
  const file = path();
  const db = createDatabase(file);
  const reports: WriterReport[] = [];
  const options = { path: file, sync: "full", busyTimeoutMs: 100, safetyCheck: false } as const;
  const writer = new Writer(options, (more) => void reports.push(...more), db);
  const take = (...calls: readonly WriterCall[]): readonly WriterReport[] => {
    const before = reports.length;
    writer.take(calls);
    return reports.slice(before);
  };
  return { db, file, reports, take };
}

let seq = 0;
function append(...batches: readonly (readonly EventDraft[])[]): WriterCall {
  const packer = new EventPacker();
  for (const batch of batches) for (const draft of batch) packer.pushDraft(draft);
  return {
    seq: (seq += 1),
    kind: "append",
    ask: { at: 0, counts: batches.map(({ length }) => length), packed: packer.packed },
  };
}

const stored = (db: Database): readonly number[] =>
  query<[], [number]>(db, "SELECT position FROM events ORDER BY position")
    .all()
    .map(([position]) => position);

test("nothing is acknowledged before every other connection can read it", () => {
  const file = path();
  let read: (() => readonly number[]) | undefined;
  const seen: (readonly number[])[] = [];
  const options = { path: file, sync: "full", busyTimeoutMs: 100, safetyCheck: false } as const;
  const writer = new Writer(options, () => void seen.push(read?.() ?? []));
  const other = openDatabase(file, { readOnly: true });
  read = () => stored(other);
  writer.take([append(samples(2))]);
  writer.take([append([sample("sample.one", { id: "twice" })], [sample("sample.one", { id: "twice" })])]);
  expect(seen).toEqual([
    [1, 2],
    [1, 2, 3],
  ]);
  writer.take([{ seq: 0, kind: "close", ask: undefined }]);
  other.close();
});

test("a full disk refuses the whole group, tells none of it as stored, and is over when there is room", () => {
  const { db, take } = driven();
  expect(take(append(samples(3)))).toMatchObject([{ answer: [1] }]);
  const [pages = 0] = query<[], [number]>(db, "PRAGMA page_count").get() ?? [];
  db.exec(`PRAGMA max_page_count = ${pages + 4}`);
  const full = { code: "unavailable", message: expect.stringContaining("disk is full") };
  const large = samples(200, "sample.new", { data: "x".repeat(1_000) });
  const group = [append([sample("sample.small")]), append(large, [sample()]), append([sample()])];
  expect(take(...group)).toMatchObject(group.map(({ seq: asked }) => ({ seq: asked, failure: full })));
  expect(stored(db)).toEqual([1, 2, 3]);
  db.exec("PRAGMA max_page_count = 1000000");
  expect(take(append([sample()]), ...group)).toMatchObject([
    { answer: [4] },
    { answer: [5] },
    { answer: [6, 206] },
    { answer: [207] },
  ]);
  expect(stored(db)).toEqual(range(1, 207));
  const topics = query<[], [string, number, number]>(db, "SELECT topic, events, last FROM topics ORDER BY topic").all();
  expect(topics).toEqual([
    ["sample.new", 200, 205],
    ["sample.one", 6, 207],
    ["sample.small", 1, 5],
  ]);
  take({ seq: 0, kind: "close", ask: undefined });
});

test("a refused batch leaves its neighbours' positions and figures as if it had never come", () => {
  const { db, take } = driven();
  take(append([sample("sample.one", { id: "taken", data: 1 })]));
  const refused = [sample("topic.only-here"), sample("sample.one"), sample("sample.one", { id: "taken", data: 2 })];
  const [report] = take(append(samples(2), refused, samples(2, "sample.two"), [sample("topic.only-here")], refused));
  const at = (...all: readonly number[]) => all.map((position) => ({ position, duplicate: false }));
  const conflict = { code: "id_conflict" };
  expect(report).toMatchObject({ answer: [at(2, 3), conflict, at(4, 5), at(6), conflict] });
  expect(stored(db)).toEqual(range(1, 6));
  const topics = query<[], [string, number, number, number]>(
    db,
    "SELECT topic, events, first, last FROM topics ORDER BY topic",
  );
  expect(topics.all()).toEqual([
    ["sample.one", 3, 1, 3],
    ["sample.two", 2, 4, 5],
    ["topic.only-here", 1, 6, 6],
  ]);
  take({ seq: 0, kind: "close", ask: undefined });
});

test("state joins the group of the appends beside it, and is undone with it", () => {
  const { db, take } = driven();
  const put = (key: string): WriterCall => ({
    seq: (seq += 1),
    kind: "put",
    ask: { key, value: "1", expect: 0, expires: undefined, now: 0 },
  });
  expect(take(put("a"), append([sample()]), put("b"))).toMatchObject([{ answer: 1 }, { answer: [1] }, { answer: 1 }]);
  const [pages = 0] = query<[], [number]>(db, "PRAGMA page_count").get() ?? [];
  db.exec(`PRAGMA max_page_count = ${pages}`);
  const full = { failure: { code: "unavailable" } };
  expect(take(put("c"), append(samples(200, "a", { data: "x".repeat(1_000) })))).toMatchObject([full, full]);
  expect(query<[], [string]>(db, "SELECT key FROM state ORDER BY key").all()).toEqual([["a"], ["b"]]);
  take({ seq: 0, kind: "close", ask: undefined });
});

test("what comes after a close is refused, and what waits is told", () => {
  const { take } = driven();
  const trim: WriterCall = { seq: 100, kind: "trim", ask: { rules: [], now: 0 } };
  const calls = [append([sample()]), trim, { seq: 101, kind: "close", ask: undefined } as const, append([sample()])];
  expect(take(...calls)).toMatchObject([
    { answer: [1] },
    { seq: 100, failure: { code: "unavailable" } },
    { seq: 101, answer: undefined },
    { failure: { code: "unavailable" } },
  ]);
});
