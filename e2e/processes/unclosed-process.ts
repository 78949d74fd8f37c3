/** Appends, follows, uses the bus, closes nothing, and is expected to end by itself. */
import { createHub } from "fanfare";
import { sqliteLog } from "fanfare/sqlite";

const log = sqliteLog(process.argv[2] ?? "");
await log.follow(() => undefined);
log.bus.subscribe(() => undefined);
await log.bus.nodes();
const hub = createHub({ log });
const { events } = await hub.publish("unclosed.one", { type: "unclosed.made" });
console.log(events.length);
