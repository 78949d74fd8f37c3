import type { Page } from "@fanfare/protocol";
import { entryEvent } from "./entry.ts";
import type { Reading } from "./hub.ts";

/** The page as JSON text, without parsing its events. */
export function readingJson(reading: Reading): string {
  const events = reading.entries.map((entry) => entry.json).join(",");
  const gap = reading.gap === undefined ? "" : `,"gap":${JSON.stringify(reading.gap)}`;
  return `{"prev":"${reading.prev}","events":[${events}],"cursor":"${reading.cursor}","complete":${reading.complete},"scope":"${reading.scope}"${gap}}`;
}

/** The page as a value. */
export function readingPage(reading: Reading): Page {
  const { prev, entries, cursor, complete, scope, gap } = reading;
  return { prev, events: entries.map(entryEvent), cursor, complete, scope, ...(gap === undefined ? {} : { gap }) };
}
