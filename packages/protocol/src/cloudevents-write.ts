import { isAttributeName, type Attributes, type AttributeValue } from "./attributes.ts";
import {
  ADDRESS,
  BASE64_MARK,
  isBase64,
  isCloudEventText,
  isExtensionName,
  KEPT,
  PREFIX,
  REST,
  type CloudEvent,
} from "./cloudevents.ts";
import type { FanfareEvent } from "./event.ts";
import type { Json } from "./json.ts";

/** The integers of CloudEvents, which have 32 bits with sign. */
const INTEGER = { min: -2_147_483_648, max: 2_147_483_647 } as const;

const OURS: ReadonlySet<string> = new Set([ADDRESS.topic, ADDRESS.position, REST]);

/**
 * Writes an event as a CloudEvent. One that came as a CloudEvent gets its own `id`, `source` and other members back.
 * A batch is `events.map((event) => toCloudEvent(event))`.
 */
export function toCloudEvent(event: FanfareEvent): CloudEvent {
  const { topic, position, attributes, data } = event;
  const members: Record<string, AttributeValue> = {};
  const rest: Record<string, AttributeValue> = {};
  const binary = attributes[BASE64_MARK] === true && isBase64(data);
  for (const [name, value] of Object.entries(attributes)) {
    const member = memberName(name, value);
    if (member !== undefined) members[member] = value;
    else if (name !== BASE64_MARK || !binary) rest[name] = value;
  }
  return {
    specversion: "1.0",
    id: event.id,
    source: `urn:fanfare:topic:${topic}`,
    type: event.type,
    time: event.time,
    ...members,
    [ADDRESS.topic]: topic,
    // As a text, because positions outgrow the integers of CloudEvents.
    [ADDRESS.position]: String(position),
    ...(Object.keys(rest).length === 0 ? undefined : { [REST]: toPlainText(rest) }),
    ...dataMember(data, binary),
  };
}

/** Where the attribute stands in a CloudEvent; `undefined` when its name or its value fits nowhere. */
function memberName(name: string, value: AttributeValue): string | undefined {
  if (!isExtensionValue(value)) return undefined;
  if (!name.startsWith(PREFIX)) return isExtensionName(name) && !OURS.has(name) ? name : undefined;
  const member = name.slice(PREFIX.length);
  if (KEPT.has(member)) return typeof value === "string" && value !== "" ? member : undefined;
  // Only what the way in puts behind the prefix comes out from behind it.
  return isExtensionName(member) && !isAttributeName(member) ? member : undefined;
}

function isExtensionValue(value: AttributeValue): boolean {
  if (typeof value === "number") return Number.isInteger(value) && value >= INTEGER.min && value <= INTEGER.max;
  return typeof value === "boolean" || isCloudEventText(value);
}

function dataMember(data: Json, binary: boolean): Pick<CloudEvent, "data" | "data_base64"> {
  if (data === null) return {};
  return binary ? { data_base64: data as string } : { data };
}

/** JSON with every character escaped that a CloudEvents string must not hold. */
function toPlainText(value: Attributes): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}
