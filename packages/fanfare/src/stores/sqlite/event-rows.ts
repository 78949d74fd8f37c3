import {
  toPosition,
  type Attributes,
  type EventDraft,
  type EventRecord,
  type Position,
  type Topic,
} from "@fanfare/protocol";

/** An event as it is stored: texts only, the attributes as JSON. */
export interface EventTexts {
  readonly topic: string;
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly attributes: string;
  readonly data: string;
}

/** Stands for "as the event before": neighbours often share topic, type, time and attributes. */
const SAME = 0;

/** Events between threads: six texts each in one flat list, which is cheap to copy. */
export type PackedEvents = readonly (string | typeof SAME)[];

/** Stored events between threads. */
export interface EventRows {
  readonly positions: readonly number[];
  readonly packed: PackedEvents;
}

/** Packs events one after the other. */
export class EventPacker {
  readonly packed: (string | typeof SAME)[] = [];
  #topic = "";
  #type = "";
  #time = "";
  #attributes = "";

  push(topic: string, id: string, type: string, time: string, attributes: string, data: string): void {
    this.packed.push(
      topic === this.#topic ? SAME : topic,
      id,
      type === this.#type ? SAME : type,
      time === this.#time ? SAME : time,
      attributes === this.#attributes ? SAME : attributes,
      data,
    );
    this.#topic = topic;
    this.#type = type;
    this.#time = time;
    this.#attributes = attributes;
  }

  pushDraft({ topic, id, type, time, attributes, data }: EventDraft): void {
    this.push(topic, id, type, time, JSON.stringify(attributes), data);
  }
}

export function unpackEvents(packed: PackedEvents): readonly EventTexts[] {
  const events: EventTexts[] = [];
  let [topic, type, time, attributes] = ["", "", "", ""];
  for (let at = 0; at < packed.length; at += 6) {
    topic = packed[at] || topic;
    type = packed[at + 2] || type;
    time = packed[at + 3] || time;
    attributes = packed[at + 4] || attributes;
    events.push({ topic, id: packed[at + 1] || "", type, time, attributes, data: packed[at + 5] || "" });
  }
  return events;
}

export function toRecords({ positions, packed }: EventRows): readonly EventRecord[] {
  return unpackEvents(packed).map(({ topic, id, type, time, attributes, data }, index) => ({
    topic: topic as Topic,
    position: toPosition(positions[index] ?? 0),
    id,
    type,
    time,
    attributes: JSON.parse(attributes) as Attributes,
    data,
  }));
}

/** The draft as it is stored; spelled out, because a spread copies member by member at run time. */
export function toRecord(draft: EventDraft, position: Position): EventRecord {
  const { topic, id, type, time, attributes, data } = draft;
  return { topic, position, id, type, time, attributes, data };
}
