import type { Attributes, EventInput } from "@fanfare/protocol";
import { formatTime } from "@fanfare/protocol";
import type { ThreadEvent } from "../contract/events.ts";
import type { Entry } from "../domain/entry.ts";
import type { Thread } from "../domain/thread.ts";
import { toEntryView, toThreadView } from "./views.ts";

/** The event of an entry; `thread` is what the entry made of it. */
export function toEvent(thread: Thread, entry: Entry): EventInput<ThreadEvent> {
  return {
    id: entry.id,
    type: entry.change.type,
    time: formatTime(entry.time),
    attributes: attributesOf(thread),
    data: { version: 1, thread: toThreadView(thread), entry: toEntryView(entry) },
  };
}

/** What filters see: everything as it is written. */
export function attributesOf({ ticket, id, runId, agentName, state, priority }: Thread): Attributes {
  return {
    ticket,
    thread: id,
    ...(runId === undefined ? {} : { run: runId }),
    ...(agentName === undefined ? {} : { agent: agentName }),
    state,
    priority,
  };
}
