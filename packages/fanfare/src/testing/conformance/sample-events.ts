import { randomUUID } from "node:crypto";
import {
  parseEventInput,
  parsePattern,
  parseTopic,
  type EventDraft,
  type EventInput,
  type Pattern,
} from "@fanfare/protocol";

/** A checked event; whatever is not given is made up, the id at random. */
export function sample(topic = "sample.one", input: Partial<EventInput> = {}): EventDraft {
  return parseEventInput(
    parseTopic(topic),
    { type: "sample.made", ...input },
    { id: randomUUID, time: () => new Date().toISOString() },
  );
}

/** Some different events of one topic. */
export function samples(count: number, topic = "sample.one", input: Partial<EventInput> = {}): readonly EventDraft[] {
  return Array.from({ length: count }, (_, index) => sample(topic, { data: index, ...input }));
}

export function patterns(...texts: readonly string[]): readonly Pattern[] {
  return texts.map((text) => parsePattern(text));
}
