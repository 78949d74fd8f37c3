/**
 * Publishes as hard as it can and says on standard output what was acknowledged, a line a batch, until it is killed.
 * Arguments: the log's file, a seed, a name that begins its batches' names, and what an acknowledgement must survive.
 */
import { createHub, type Pattern } from "fanfare";
import { sqliteLog } from "fanfare/sqlite";
import { Chance } from "fanfare/testing";
import { batchEvents, type Acknowledged } from "./batches.ts";

const PUBLISHERS = 6;
const LARGEST_BATCH = 24;
const LARGEST_PADDING = 2_000;
/** Makes commits long, so that many a kill falls into one. */
const BULK = { size: 100, padding: 16_000 };
const NOISE_KEPT = 40;

const [path = "", seed = "0", name = "", sync = "full"] = process.argv.slice(2);
const log = sqliteLog(path, { sync: sync === "normal" ? "normal" : "full", safetyCheck: false });
const hub = createHub({ log });

await Promise.all([...Array.from({ length: PUBLISHERS }, (_, publisher) => publish(publisher)), bulk(), trim()]);

async function publish(publisher: number): Promise<never> {
  const chance = new Chance(Number(seed) * PUBLISHERS + publisher);
  for (let count = 0; ; count += 1) {
    const batch = `${name}.${publisher}.${count}`;
    const topic = `${chance.maybe(0.2) ? "noise" : "kept"}.${publisher}`;
    const events = batchEvents(batch, chance.between(1, LARGEST_BATCH), chance.between(0, LARGEST_PADDING));
    const published = await hub.publish(topic, events);
    const line: Acknowledged = { batch, topic, positions: published.events.map(({ position }) => position) };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

async function bulk(): Promise<never> {
  for (let count = 0; ; count += 1)
    await hub.publish("noise.bulk", batchEvents(`${name}.bulk.${count}`, BULK.size, BULK.padding));
}

/** Retention goes on amid it all: a kill must not leave it half done either. */
async function trim(): Promise<never> {
  for (;;) await log.trim({ rules: [{ topics: "noise.>" as Pattern, maxEvents: NOISE_KEPT }], now: Date.now() });
}
