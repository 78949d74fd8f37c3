import { isAttributeName, parseAttributes } from "./attributes.ts";
import {
  ADDRESS,
  BASE64_MARK,
  CORE,
  isBase64,
  isCloudEventText,
  isExtensionName,
  KEPT,
  PREFIX,
  REST,
} from "./cloudevents.ts";
import type { EventInput } from "./event.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { FanfareError } from "./problem.ts";

type CloudEventLimits = Pick<Limits, "attributes" | "attributeBytes" | "publishEvents">;
type Members = Readonly<Record<string, unknown>>;

/**
 * Reads one CloudEvent in structured JSON as an event to publish. `eventId` makes the event's id of the CloudEvent's
 * `source` and `id`: the UUIDv5 of both with a line feed between them. Throws `invalid_event`, naming the member.
 *
 * @example
 * fromCloudEvent(body, (source, id) => v5(`${source}\n${id}`, CLOUD_EVENT_NAMESPACE));
 */
export function fromCloudEvent(
  value: unknown,
  eventId: (source: string, id: string) => string,
  limits: CloudEventLimits = DEFAULT_LIMITS,
): EventInput<unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid("event", "must be an object");
  const members = value as Members;
  if (members["specversion"] !== "1.0") throw invalid("specversion", 'must be "1.0"');
  const source = requireText(members, "source");
  const id = requireText(members, "id");
  const type = requireText(members, "type");
  const time = readText(members, "time");
  const attributes = parseAttributes(readAttributes(members), limits);
  const data = readData(members);
  return { id: eventId(source, id), type, time, attributes, data };
}

/** Reads a batch, an array of CloudEvents. Throws `invalid_event` with the place in it, or `payload_too_large`. */
export function fromCloudEventBatch(
  value: unknown,
  eventId: (source: string, id: string) => string,
  limits: CloudEventLimits = DEFAULT_LIMITS,
): readonly EventInput<unknown>[] {
  if (!Array.isArray(value)) throw invalid("events", "must be an array of CloudEvents");
  if (value.length > limits.publishEvents)
    throw new FanfareError(
      "payload_too_large",
      `events: has ${value.length}, at most ${limits.publishEvents} are allowed`,
    );
  return Array.from(value, (event: unknown, index) => {
    try {
      return fromCloudEvent(event, eventId, limits);
    } catch (error) {
      if (!(error instanceof FanfareError)) throw error;
      throw new FanfareError(error.code, `events[${index}].${error.message}`, { cause: error });
    }
  });
}

/** What is said by name wins over what {@link REST} says. */
function readAttributes(members: Members): Members {
  const attributes: Record<string, unknown> = readRest(members);
  for (const name of KEPT) {
    const text = readText(members, name);
    if (text !== undefined) attributes[PREFIX + name] = text;
  }
  for (const [name, value] of Object.entries(members)) {
    const taken = CORE.has(name) || name === ADDRESS.topic || name === ADDRESS.position || name === REST;
    if (taken || isAbsent(value)) continue;
    if (!isExtensionName(name))
      throw invalid(JSON.stringify(name.slice(0, 80)), "extensions are named by lower-case letters and digits");
    attributes[isAttributeName(name) ? name : PREFIX + name] = value;
  }
  if (!isAbsent(members["data_base64"])) attributes[BASE64_MARK] = true;
  return attributes;
}

function readRest(members: Members): Record<string, unknown> {
  const text = readText(members, REST);
  if (text === undefined) return {};
  try {
    return { ...(JSON.parse(text) as object | null) };
  } catch (cause) {
    throw new FanfareError("invalid_event", `${REST}: must be the JSON text of an object`, { cause });
  }
}

function readData(members: Members): unknown {
  const { data, data_base64: base64 } = members;
  if (isAbsent(base64)) return data;
  if (data !== undefined) throw invalid("data_base64", "cannot stand beside data");
  if (!isBase64(base64)) throw invalid("data_base64", "must be base64 with padding");
  return base64;
}

function requireText(members: Members, name: string): string {
  const text = readText(members, name);
  if (text === undefined) throw invalid(name, "is missing");
  return text;
}

function readText(members: Members, name: string): string | undefined {
  const value = members[name];
  if (isAbsent(value)) return undefined;
  if (value === "" || !isCloudEventText(value))
    throw invalid(name, "must be a text that is not empty, without control characters");
  return value;
}

/** CloudEvents lets a producer write null for a member that is not there. */
function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function invalid(member: string, message: string): FanfareError {
  return new FanfareError("invalid_event", `${member}: ${message}`);
}
