/**
 * Takes orders and publishes them through the outbox as hard as it can, until it is killed. Says a line for each commit.
 * Arguments: the shop's file, the log's file, a seed, a name that begins its orders' ids.
 */
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { createHub } from "fanfare";
import { sqliteOutbox, sqliteOutboxStore, startRelay } from "fanfare/outbox";
import { sqliteLog } from "fanfare/sqlite";
import { Chance } from "fanfare/testing";
import { KEYS, QUICK, topicOf } from "./shop.ts";

const [file = "", log = "", seed = "0", name = ""] = process.argv.slice(2);
const chance = new Chance(Number(seed));
const store = sqliteOutboxStore(file);
// Two such processes share the file; a shop waits for the other's commit.
const db = new DatabaseSync(file, { timeout: 10_000 });
const outbox = sqliteOutbox(db, store);
const hub = createHub({ log: sqliteLog(log, { safetyCheck: false }) });
startRelay({ store, publisher: hub, ...QUICK, batch: chance.between(1, QUICK.batch), onError: () => undefined });

const insert = db.prepare("INSERT INTO orders (id, key) VALUES (?, ?)");
for (let count = 0; ; count += 1) {
  const size = chance.between(1, 5);
  const thrown = chance.maybe(0.1);
  try {
    outbox.transaction(() => {
      for (let index = 0; index < size; index += 1) {
        const id = `${name}.${count}.${index}`;
        const key = chance.pick(KEYS);
        const order = Number(insert.run(id, key).lastInsertRowid);
        outbox.add(topicOf(order), { id, type: "order.placed", attributes: { key }, data: { order } }, { key });
      }
      if (thrown) throw new Error("no stock");
    });
    process.stdout.write(`${count}\n`);
  } catch (error) {
    if (!(error instanceof Error) || error.message !== "no stock") throw error;
  }
  // The relay has its turn.
  for (let pause = chance.between(1, 6); pause > 0; pause -= 1) await setImmediate();
}
