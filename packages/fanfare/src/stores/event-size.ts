import { utf8Bytes, type EventDraft } from "@fanfare/protocol";

/** Bytes that an event counts for in read bounds and retention. */
export function eventSize(event: EventDraft): number {
  const { topic, id, type, attributes, data } = event;
  return topic.length + type.length + utf8Bytes(id) + utf8Bytes(data) + utf8Bytes(JSON.stringify(attributes));
}
