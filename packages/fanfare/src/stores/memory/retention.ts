import { matches, START, type Topic } from "@fanfare/protocol";
import type { TrimRequest, TrimRule } from "../../core/ports/log.ts";
import { eventDigest, ID_MEMORY_MS } from "../event-identity.ts";
import type { MemoryStorage, StoredEvent } from "./storage.ts";

/** Removes the oldest events of each topic by the first rule that matches it; answers how many. */
export function trimStorage(storage: MemoryStorage, request: TrimRequest): number {
  forgetIds(storage, request.now);
  const doomed = new Set<StoredEvent>();
  for (const [topic, events] of byTopic(storage)) {
    const rule = request.rules.find((candidate) => matches(candidate.topics, topic));
    if (rule === undefined) continue;
    for (const event of events.slice(0, excess(events, rule, request.now))) doomed.add(event);
  }
  for (const event of doomed) remove(storage, event, request.now);
  storage.events = storage.events.filter((event) => !doomed.has(event));
  return doomed.size;
}

/** How many of a topic's events, from the oldest, the rule does away with. */
function excess(events: readonly StoredEvent[], rule: TrimRule, now: number): number {
  let bytes = events.reduce((sum, event) => sum + event.bytes, 0);
  let count = 0;
  for (const event of events) {
    const tooOld = rule.maxAgeMs !== undefined && now - event.appendedAt > rule.maxAgeMs;
    const tooMany = rule.maxEvents !== undefined && events.length - count > rule.maxEvents;
    const tooMuch = rule.maxBytes !== undefined && bytes > rule.maxBytes;
    if (!tooOld && !tooMany && !tooMuch) break;
    bytes -= event.bytes;
    count += 1;
  }
  return count;
}

function remove(storage: MemoryStorage, event: StoredEvent, trimmedAt: number): void {
  const { topic, id, position, time } = event.record;
  storage.live.delete(id);
  storage.remembered.set(id, { position, time, digest: eventDigest(event.record), trimmedAt });
  if (position > (storage.trimmed.get(topic) ?? START)) storage.trimmed.set(topic, position);
}

function forgetIds(storage: MemoryStorage, now: number): void {
  for (const [id, { trimmedAt }] of storage.remembered)
    if (now - trimmedAt > ID_MEMORY_MS) storage.remembered.delete(id);
}

function byTopic(storage: MemoryStorage): Map<Topic, StoredEvent[]> {
  const topics = new Map<Topic, StoredEvent[]>();
  for (const event of storage.events) {
    const events = topics.get(event.record.topic);
    if (events === undefined) topics.set(event.record.topic, [event]);
    else events.push(event);
  }
  return topics;
}
