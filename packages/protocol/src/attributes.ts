import { utf8Bytes } from "./json.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { FanfareError } from "./problem.ts";

export type AttributeValue = string | number | boolean;

/** All that filters see of an event besides its own fields. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Names that mean the event's own fields, and one that JavaScript would take for a prototype. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(["type", "topic", "id", "time", "position", "__proto__"]);

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** True for a name that an attribute may have. */
export function isAttributeName(name: string): boolean {
  return NAME.test(name) && !RESERVED_NAMES.has(name);
}

/** Checks a flat record of attributes; throws `invalid_event` with the attribute's name. */
export function parseAttributes(
  value: unknown,
  limits: Pick<Limits, "attributes" | "attributeBytes"> = DEFAULT_LIMITS,
): Attributes {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new FanfareError("invalid_event", "attributes: must be an object");
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  if (entries.length > limits.attributes)
    throw new FanfareError(
      "invalid_event",
      `attributes: has ${entries.length}, at most ${limits.attributes} are allowed`,
    );
  for (const [name, entry] of entries) {
    if (!isAttributeName(name))
      throw new FanfareError(
        "invalid_event",
        `attributes: ${JSON.stringify(name.slice(0, 80))} is not a free name of letters, digits and "_"`,
      );
    checkValue(name, entry, limits);
  }
  return Object.fromEntries(entries) as Attributes;
}

/** The text by which filters compare a value: `1` and `"1"` are the same to them. */
export function attributeText(value: AttributeValue): string {
  return typeof value === "string" ? value : String(value);
}

function checkValue(name: string, value: unknown, limits: Pick<Limits, "attributeBytes">): void {
  const fits =
    typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value));
  if (!fits) throw new FanfareError("invalid_event", `attributes.${name}: must be a string, number or boolean`);
  const bytes = utf8Bytes(attributeText(value));
  if (bytes > limits.attributeBytes)
    throw new FanfareError(
      "invalid_event",
      `attributes.${name}: has ${bytes} bytes, at most ${limits.attributeBytes} are allowed`,
    );
}
