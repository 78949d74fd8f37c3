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

const TIME = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
// oxlint-disable-next-line no-control-regex -- control characters are exactly what an id must not hold
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Checks a publisher's event and writes its data as JSON. Throws `invalid_event` or `payload_too_large`.
 */
export function parseEventInput(
  topic: Topic,
  input: EventInput<unknown>,
  defaults: EventDefaults,
  limits: Limits = DEFAULT_LIMITS,
): EventDraft {
  const draft: EventDraft = {
    topic,
    id: input.id === undefined ? defaults.id() : parseId(input.id, limits),
    type: parseType(input.type, limits),
    time: input.time === undefined ? defaults.time() : parseTime(input.time),
    attributes: parseAttributes(input.attributes ?? {}, limits),
    data: writeData(input.data, limits),
  };
  const bytes =
    utf8Bytes(draft.data) +
    utf8Bytes(JSON.stringify(draft.attributes)) +
    draft.id.length +
    draft.type.length +
    topic.length;
  if (bytes > limits.eventBytes)
    throw new FanfareError("payload_too_large", `event: has ${bytes} bytes, at most ${limits.eventBytes} are allowed`);
  return draft;
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

/** Any RFC 3339 time as UTC with milliseconds. */
export function parseTime(time: unknown): string {
  const parsed = typeof time === "string" && TIME.test(time) ? new Date(time) : undefined;
  if (parsed === undefined || Number.isNaN(parsed.getTime()))
    throw new FanfareError("invalid_event", 'time: must be RFC 3339, such as "2026-01-31T12:00:00.000Z"');
  const text = parsed.toISOString();
  // Years beyond 9999 get a sign and six digits, which RFC 3339 does not know.
  if (text.length !== 24) throw new FanfareError("invalid_event", "time: the year must have four digits");
  return text;
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
  if (typeof id !== "string" || id === "" || CONTROL.test(id))
    throw new FanfareError("invalid_event", "id: must be a string without control characters");
  const bytes = utf8Bytes(id);
  if (bytes > limits.idBytes)
    throw new FanfareError("invalid_event", `id: has ${bytes} bytes, at most ${limits.idBytes} are allowed`);
  return id;
}
