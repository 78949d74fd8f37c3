/** A CloudEvent 1.0 in structured JSON: the core members and, beside them, the extensions. A batch is an array of these. */
export interface CloudEvent {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time?: string;
  readonly subject?: string;
  readonly dataschema?: string;
  readonly datacontenttype?: string;
  readonly data?: unknown;
  readonly data_base64?: string;
  readonly [extension: string]: unknown;
}

/** Namespace of the UUIDv5 by which a CloudEvent's `source`, a line feed and its `id` become an event's id. */
export const CLOUD_EVENT_NAMESPACE = "ac971986-3b21-48e9-90d9-9f526deb9595";

/** Members that an attribute of the name with {@link PREFIX} keeps. */
export const KEPT: ReadonlySet<string> = new Set(["id", "source", "subject", "dataschema", "datacontenttype"]);

/** No extension's name has an underscore, so that what we keep cannot meet what we take over. */
export const PREFIX = "ce_";

/** The attribute, then `true`, of an event whose data is base64 of bytes. */
export const BASE64_MARK = "ce_base64";

/** All members that are no extension. */
export const CORE: ReadonlySet<string> = new Set([...KEPT, "specversion", "type", "time", "data", "data_base64"]);

/** Extensions that tell others where a hub had the event; not taken over on the way in. */
export const ADDRESS = { topic: "fanfaretopic", position: "fanfareposition" } as const;

/** Extension with the JSON text of all attributes that no extension can hold. */
export const REST = "fanfareattributes";

const EXTENSION = /^[a-z0-9]+$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
// oxlint-disable-next-line no-control-regex -- control characters are what a CloudEvents string must not hold
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

export function isExtensionName(name: string): boolean {
  return EXTENSION.test(name) && !CORE.has(name);
}

export function isBase64(value: unknown): value is string {
  return typeof value === "string" && BASE64.test(value);
}

/** True for what may be the value of a CloudEvents attribute of type String. */
export function isCloudEventText(value: unknown): value is string {
  return typeof value === "string" && !CONTROL.test(value) && value.isWellFormed();
}
