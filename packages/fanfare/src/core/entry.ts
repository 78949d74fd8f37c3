import {
  encodeEvent,
  utf8Bytes,
  type Attributes,
  type EventRecord,
  type FanfareEvent,
  type Position,
  type Topic,
} from "@fanfare/protocol";

/** An event of the tail: what filters need, and the wire form that all subscribers share. */
export interface Entry {
  readonly position: Position;
  readonly topic: Topic;
  readonly id: string;
  readonly type: string;
  readonly attributes: Attributes;
  /** The whole event as JSON text. */
  readonly json: string;
  /** Bytes of `json` in UTF-8. */
  readonly bytes: number;
}

export function toEntry(record: EventRecord): Entry {
  const { position, topic, id, type, attributes } = record;
  const json = encodeEvent(record);
  return { position, topic, id, type, attributes, json, bytes: utf8Bytes(json) };
}

/** The entry as a value for callers in process. */
export function entryEvent(entry: Entry): FanfareEvent {
  return JSON.parse(entry.json) as FanfareEvent;
}
