import { toCloudEvent } from "@fanfare/protocol";
import { z } from "zod";
import { cloudEvent } from "../contract/events.ts";
import type { Reading } from "../core/hub.ts";
import { readingPage } from "../core/reading.ts";
import type { Answer } from "./route.ts";

export const BATCH_TYPE = "application/cloudevents-batch+json";

export const cloudEventBatch: z.ZodType = z.array(cloudEvent);

/** What a page says beside its events: a batch is an array of events and has no place for it. */
export const BATCH_HEADERS: Readonly<Record<string, string>> = {
  "Fanfare-Prev": "The page's `prev`.",
  "Fanfare-Cursor": "The page's `cursor`: give it as `after` for the next one.",
  "Fanfare-Complete": "The page's `complete`: `true` or `false`.",
  "Fanfare-Scope": "The page's `scope`.",
  "Fanfare-Gap": "The page's `gap` as JSON; absent when nothing is missing.",
};

/** A page as a CloudEvents batch. */
export function batchAnswer(reading: Reading): Answer {
  const { events, prev, cursor, complete, scope, gap } = readingPage(reading);
  return {
    status: 200,
    type: BATCH_TYPE,
    text: JSON.stringify(events.map((event) => toCloudEvent(event))),
    headers: {
      "Fanfare-Prev": prev,
      "Fanfare-Cursor": cursor,
      "Fanfare-Complete": String(complete),
      "Fanfare-Scope": scope,
      ...(gap !== undefined && { "Fanfare-Gap": JSON.stringify(gap) }),
    },
  };
}
