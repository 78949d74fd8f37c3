/**
 * The floor of a durable log: `node:sqlite`, WAL, `synchronous=FULL`, a prepared insert in a transaction a batch, on one
 * thread that does nothing else. With `indexed` the table has the two indexes that any log of named events needs: by id,
 * for idempotency, and by topic, for reading.
 */
import { DatabaseSync } from "node:sqlite";
import { dataOf } from "../generator/payload.ts";
import { batchPlan, metricOf, rate, tell } from "./measured.ts";

const indexed = process.argv[4] === "indexed";
const plan = batchPlan();
const db = new DatabaseSync("loop.db");
db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
db.exec(`CREATE TABLE events (
  position INTEGER PRIMARY KEY, topic TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, time TEXT NOT NULL,
  attributes TEXT NOT NULL, data TEXT NOT NULL) STRICT`);
if (indexed) db.exec("CREATE UNIQUE INDEX by_id ON events (id); CREATE INDEX by_topic ON events (topic)");
const insert = db.prepare("INSERT INTO events (topic, id, type, time, attributes, data) VALUES (?, ?, ?, ?, ?, ?)");
const data = dataOf(0, 128);
let count = 0;

/** Ascending like the ids of a log, so that the index grows at its end. */
function nextId(): string {
  count += 1;
  return `01989680-0000-7000-8000-${count.toString(16).padStart(12, "0")}`;
}

const figures: Record<string, number> = {};
for (const size of plan.sizes) {
  figures[metricOf(size)] = await rate(plan, size, 1, () => {
    const time = new Date().toISOString();
    db.exec("BEGIN IMMEDIATE");
    for (let index = 0; index < size; index += 1) insert.run("bench.load", nextId(), "bench.event", time, "{}", data);
    db.exec("COMMIT");
  });
}
db.close();
tell(figures);
