/**
 * Adds to counters as hard as it can, with the reaction at work, until it is killed. Says a line for each commit.
 * Arguments: the log's file, a seed.
 */
import { createHub } from "fanfare";
import { appFile, openApp } from "fanfare/app";
import { sqliteLog } from "fanfare/sqlite";
import { Chance } from "fanfare/testing";
import { counters } from "./counters.ts";

const [log = "", seed = "0"] = process.argv.slice(2);
const chance = new Chance(Number(seed));
const hub = createHub({ log: sqliteLog(log, { safetyCheck: false }) });
const { service } = await openApp(counters, {
  db: appFile(log, "counters"),
  hub,
  relay: { leaseMs: 1_000, retryBaseMs: 10, retryMaxMs: 100 },
});

for (;;) {
  const adds = Array.from({ length: chance.between(1, 4) }, () => ({
    counter: chance.pick(["a", "b", "c"]),
    by: chance.between(1, 9),
  }));
  await Promise.all(adds.map((add) => service.add(add)));
  process.stdout.write(`${adds.length}\n`);
}
