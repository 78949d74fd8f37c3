/** Publishes through a hub in this process: checked, committed with `sync: full` and acknowledged. Third argument: how many at once. */
import { createHub } from "fanfare";
import { sqliteLog } from "fanfare/sqlite";
import { dataOf } from "../generator/payload.ts";
import { batchPlan, metricOf, rate, tell } from "./measured.ts";

const abreast = Number(process.argv[4] ?? "1");
const plan = batchPlan();
const hub = createHub({ log: sqliteLog("hub.db") });
const data: unknown = JSON.parse(dataOf(0, 128));

const figures: Record<string, number> = {};
for (const size of plan.sizes) {
  const events = Array.from({ length: size }, () => ({ type: "bench.event", data }));
  figures[metricOf(size)] = await rate(plan, size, abreast, () => hub.publish("bench.load", events));
}
await hub.close();
tell(figures);
