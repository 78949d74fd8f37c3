import {
  toPosition,
  type Attributes,
  type EventDraft,
  type EventRecord,
  type Position,
  type Topic,
} from "@fanfare/protocol";

/** Texts of one event in a flat list: topic, id, type, time, attributes, data. Flat lists cross threads cheaply. */
export const FIELDS = 6;

/** Stored events between threads. */
export interface EventRows {
  readonly positions: readonly number[];
  /** {@link FIELDS} texts for each position. */
  readonly fields: readonly string[];
}

export function pushDraft(fields: string[], draft: EventDraft): void {
  fields.push(draft.topic, draft.id, draft.type, draft.time, JSON.stringify(draft.attributes), draft.data);
}

export function toRecords({ positions, fields }: EventRows): readonly EventRecord[] {
  return positions.map((position, index) => {
    const [topic, id, type, time, attributes, data] = textsAt(fields, index);
    return {
      topic: topic as Topic,
      position: toPosition(position),
      id,
      type,
      time,
      attributes: JSON.parse(attributes) as Attributes,
      data,
    };
  });
}

type Texts = readonly [topic: string, id: string, type: string, time: string, attributes: string, data: string];

export function textsAt(fields: readonly string[], index: number): Texts {
  const at = index * FIELDS;
  const [topic = "", id = "", type = "", time = "", attributes = "", data = ""] = [
    fields[at],
    fields[at + 1],
    fields[at + 2],
    fields[at + 3],
    fields[at + 4],
    fields[at + 5],
  ];
  return [topic, id, type, time, attributes, data];
}

/** The draft as it is stored; spelled out, because a spread copies member by member at run time. */
export function toRecord(draft: EventDraft, position: Position): EventRecord {
  const { topic, id, type, time, attributes, data } = draft;
  return { topic, position, id, type, time, attributes, data };
}
