import { START, toPosition, type EventRecord, type Position, type Topic } from "@fanfare/protocol";
import type { LogBounds, LogPage, ReadRequest, TopicsRequest, TopicStats } from "../../core/ports/log.ts";
import { topicMatcher } from "../topic-matcher.ts";
import type { MemoryStorage, StoredEvent } from "./storage.ts";

export function readStorage(storage: MemoryStorage, request: ReadRequest): LogPage {
  const wanted = topicMatcher(request.topics);
  const events: EventRecord[] = [];
  let bytes = 0;
  let through = storage.last;
  let scanned = 0;
  for (const event of eventsAfter(storage.events, request.after, request.scan)) {
    if (scanned >= request.scan || events.length >= request.limit || bytes >= request.bytes) {
      through = toPosition(event.record.position - 1);
      break;
    }
    scanned += 1;
    if (!wanted(event.record.topic)) continue;
    events.push(event.record);
    bytes += event.bytes;
  }
  return { events, through, head: storage.last, trimmed: trimmedThrough(storage, wanted) };
}

export function storageBounds(storage: MemoryStorage): LogBounds {
  const first = storage.events[0]?.record.position ?? toPosition(storage.last + 1);
  return { epoch: storage.epoch, first, last: storage.last };
}

export function storageTopics(storage: MemoryStorage, request: TopicsRequest): readonly TopicStats[] {
  const wanted = topicMatcher(request.patterns);
  const listed = (topic: Topic): boolean => wanted(topic) && (request.after === undefined || topic > request.after);
  const topics = new Map<Topic, TopicStats>();
  for (const [topic, trimmed] of storage.trimmed)
    if (listed(topic)) topics.set(topic, { topic, events: 0, bytes: 0, first: START, last: START, trimmed });
  for (const { record, bytes } of storage.events) {
    const { topic, position } = record;
    if (!listed(topic)) continue;
    const known = topics.get(topic);
    topics.set(topic, {
      topic,
      events: (known?.events ?? 0) + 1,
      bytes: (known?.bytes ?? 0) + bytes,
      first: known?.first || position,
      last: position,
      trimmed: known?.trimmed ?? START,
    });
  }
  return [...topics.values()].toSorted((left, right) => (left.topic < right.topic ? -1 : 1)).slice(0, request.limit);
}

function trimmedThrough(storage: MemoryStorage, wanted: (topic: Topic) => boolean): Position {
  let highest = START;
  for (const [topic, position] of storage.trimmed) if (position > highest && wanted(topic)) highest = position;
  return highest;
}

/** One more row than may be looked at, so that the reader sees whether it stopped before the end. */
function eventsAfter(events: readonly StoredEvent[], after: Position, scan: number): readonly StoredEvent[] {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.record.position ?? START) > after) high = middle;
    else low = middle + 1;
  }
  return events.slice(low, low + scan + 1);
}
