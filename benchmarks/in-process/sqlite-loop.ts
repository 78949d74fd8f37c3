/**
 * The floor of a durable log: `node:sqlite`, WAL, `synchronous=FULL`, a prepared insert in a transaction a batch, on one
 * thread that does nothing else. It is given the same events as the hub, names them and writes their data as JSON, as
 * everybody must, and checks nothing. With `indexed` the table has the two indexes that any log of named events needs:
 * by id, for idempotency, and by topic, for reading.
 */
import { randomUUIDv7 } from "node:crypto";
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
const data: unknown = JSON.parse(dataOf(0, 128));

const figures: Record<string, number> = {};
for (const size of plan.sizes) {
  const events = Array.from({ length: size }, () => ({ type: "bench.event", data }));
  figures[metricOf(size)] = await rate(plan, size, 1, () => {
    const time = new Date().toISOString();
    db.exec("BEGIN IMMEDIATE");
    for (const event of events)
      insert.run("bench.load", randomUUIDv7(), event.type, time, "{}", JSON.stringify(event.data));
    db.exec("COMMIT");
  });
}
db.close();
tell(figures);
