import type { Position } from "./cursor.ts";
import { parseAttributes, type Attributes } from "./attributes.ts";
import { jsonDepth, utf8Bytes, type Json } from "./json.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { FanfareError } from "./problem.ts";
import type { Topic } from "./topic.ts";

/** An event as every subscriber sees it. */
export interface FanfareEvent<Data = Json> {
  readonly topic: Topic;
  readonly position: Position;
  /** UUIDv7 unless the publisher gave another. */
  readonly id: string;
  /** Dotted, such as `forum.post.added`. */
  readonly type: string;
  /** RFC 3339 in UTC with milliseconds: the publisher's, or the append's. */
  readonly time: string;
  readonly attributes: Attributes;
  readonly data: Data;
}

/** An event as a publisher gives it. */
export interface EventInput<Data = Json> {
  readonly type: string;
  readonly data?: Data | undefined;
  readonly id?: string | undefined;
  /** RFC 3339 with any offset: when it happened. */
  readonly time?: string | undefined;
  readonly attributes?: Attributes | undefined;
}

/** A checked event before its append: `data` is already JSON text, written once for all its readers. */
export interface EventDraft {
  readonly topic: Topic;
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly attributes: Attributes;
  /** JSON text. */
  readonly data: string;
}

/** An event of the log: a draft with its position. */
export interface EventRecord extends EventDraft {
  readonly position: Position;
}

/** What an event gets where its publisher gave nothing. */
export interface EventDefaults {
  /** A new event id. */
  id(): string;
  /** Now, RFC 3339 in UTC with milliseconds. */
  time(): string;
}

/** Types that SSE and EventSource use for their own purposes. */
export const RESERVED_TYPES: ReadonlySet<string> = new Set([
  "heartbeat",
  "gap",
  "bye",
  "signal",
  "deliver",
  "ended",
  "error",
  "open",
]);

const TIME =
  /^(?<date>\d{4}-\d{2}-\d{2})[Tt](?<clock>\d{2}:\d{2}:\d{2})(?:\.(?<fraction>\d{1,9}))?(?:[Zz]|(?<sign>[+-])(?<hours>[01]\d|2[0-3]):(?<minutes>[0-5]\d))$/;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
// oxlint-disable-next-line no-control-regex -- control characters are exactly what an id must not hold
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Checks a publisher's event, an {@link EventInput} if it is good, and writes its data as JSON. Members that it does not
 * know are ignored, so that an event that was read can be published again. Throws `invalid_event` or `payload_too_large`.
 *
 * @example
 * parseEventInput(parseTopic("orders.eu"), { type: "order.paid", data: { total: 12 } }, { id: newId, time: now });
 */
export function parseEventInput(
  topic: Topic,
  input: unknown,
  defaults: EventDefaults,
  limits: Limits = DEFAULT_LIMITS,
): EventDraft {
  if (typeof input !== "object" || input === null) throw new FanfareError("invalid_event", "event: must be an object");
  const { id, type, time, attributes, data } = input as Readonly<Record<keyof EventInput, unknown>>;
  const draft: EventDraft = {
    topic,
    id: id === undefined ? defaults.id() : parseId(id, limits),
    type: parseType(type, limits),
    time: time === undefined ? defaults.time() : parseTime(time),
    attributes: attributes === undefined ? {} : parseAttributes(attributes, limits),
    data: writeData(data, limits),
  };
  const bytes = eventBytes(draft);
  if (bytes > limits.eventBytes)
    throw new FanfareError("payload_too_large", `event: has ${bytes} bytes, at most ${limits.eventBytes} are allowed`);
  return draft;
}

/** What the limit `eventBytes` counts: the names and braces around these parts are not the publisher's. */
export function eventBytes({ topic, id, type, attributes, data }: EventDraft): number {
  return topic.length + utf8Bytes(id) + type.length + utf8Bytes(JSON.stringify(attributes)) + utf8Bytes(data);
}

/** The event's wire form. Written once an event, however many subscribers. */
export function encodeEvent(record: EventRecord): string {
  return `{"topic":"${record.topic}","position":${record.position},"id":${JSON.stringify(record.id)},"type":${JSON.stringify(record.type)},"time":"${record.time}","attributes":${JSON.stringify(record.attributes)},"data":${record.data}}`;
}

/** The event as a value. */
export function toEvent(record: EventRecord): FanfareEvent {
  const { topic, position, id, type, time, attributes } = record;
  return { topic, position, id, type, time, attributes, data: JSON.parse(record.data) as Json };
}

/** Checks an event or signal type. */
export function parseType(type: unknown, limits: Limits = DEFAULT_LIMITS): string {
  if (typeof type !== "string" || !VISIBLE_ASCII.test(type))
    throw new FanfareError("invalid_event", 'type: must be visible ASCII without spaces, such as "order.paid"');
  if (type.length > limits.typeBytes)
    throw new FanfareError("invalid_event", `type: has ${type.length} bytes, at most ${limits.typeBytes} are allowed`);
  if (RESERVED_TYPES.has(type)) throw new FanfareError("invalid_event", `type: "${type}" is reserved`);
  return type;
}

/** Any RFC 3339 time as UTC with milliseconds; finer fractions are cut off, leap seconds are refused. */
export function parseTime(time: unknown): string {
  const parts = typeof time === "string" ? TIME.exec(time)?.groups : undefined;
  const local = `${parts?.["date"]}T${parts?.["clock"]}.${(parts?.["fraction"] ?? "").slice(0, 3).padEnd(3, "0")}Z`;
  const milliseconds = Date.parse(local);
  // A date that is in no calendar, such as 30 February, is read as another one.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== local)
    throw new FanfareError("invalid_event", 'time: must be RFC 3339, such as "2026-01-31T12:00:00.000Z"');
  const offset = (Number(parts?.["hours"] ?? 0) * 60 + Number(parts?.["minutes"] ?? 0)) * 60_000;
  const text = new Date(parts?.["sign"] === "-" ? milliseconds + offset : milliseconds - offset).toISOString();
  // Years beyond 9999 get a sign and six digits, which RFC 3339 does not know.
  if (text.length !== 24) throw new FanfareError("invalid_event", "time: the year must have four digits");
  return text;
}

/** Milliseconds since 1970 as RFC 3339 in UTC with milliseconds. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** JSON text of `data`, checked for depth and size; `undefined` is written as null. */
export function writeData(data: unknown, limits: Limits = DEFAULT_LIMITS): string {
  let text: string | undefined;
  try {
    text = data === undefined ? "null" : JSON.stringify(data);
  } catch (cause) {
    throw new FanfareError("invalid_event", "data: cannot be written as JSON", { cause });
  }
  if (text === undefined) throw new FanfareError("invalid_event", "data: cannot be written as JSON");
  if (text.length > limits.eventBytes)
    throw new FanfareError(
      "payload_too_large",
      `event: data has ${text.length} characters, at most ${limits.eventBytes} bytes are allowed`,
    );
  const depth = jsonDepth(text);
  if (depth > limits.jsonDepth)
    throw new FanfareError("invalid_event", `data: is nested ${depth} deep, at most ${limits.jsonDepth} are allowed`);
  return text;
}

function parseId(id: unknown, limits: Limits): string {
  // Stores keep ids as UTF-8, in which all lone surrogates become the same character.
  if (typeof id !== "string" || id === "" || CONTROL.test(id) || !id.isWellFormed())
    throw new FanfareError("invalid_event", "id: must be Unicode text that is not empty, without control characters");
  const bytes = utf8Bytes(id);
  if (bytes > limits.idBytes)
    throw new FanfareError("invalid_event", `id: has ${bytes} bytes, at most ${limits.idBytes} are allowed`);
  return id;
}
