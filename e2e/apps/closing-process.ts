/** Adds many at once and closes at once. Arguments: the app's file. Nothing but the close keeps the process. */
import { createHub } from "fanfare";
import { openApp } from "fanfare/app";
import { memoryLog } from "fanfare/memory";
import { counters } from "./counters.ts";

const [db = ""] = process.argv.slice(2);
const hub = createHub({ log: memoryLog() });
const opened = await openApp(counters, { db, hub, relay: { batch: 1 } });
await Promise.all(Array.from({ length: 300 }, () => opened.service.add({ counter: "a" })));
await opened.close();
await hub.close();
process.stdout.write("closed\n");
