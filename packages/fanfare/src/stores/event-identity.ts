import { createHash } from "node:crypto";
import type { EventDraft } from "@fanfare/protocol";

/** What makes two drafts with the same id one event; the time is not part of it, because a retry may carry a new one. */
type Identified = Pick<EventDraft, "topic" | "type" | "attributes" | "data">;

/** How long the id of an event that retention removed still means that event. */
export const ID_MEMORY_MS: number = 30 * 24 * 60 * 60 * 1000;

/** True when both stand for the same event: equal topic, type, attributes and data, whatever the order of keys. */
export function sameEvent(left: Identified, right: Identified): boolean {
  if (left.topic !== right.topic || left.type !== right.type) return false;
  if (left.data !== right.data && canonicalJson(left.data) !== canonicalJson(right.data)) return false;
  return canonical(left.attributes) === canonical(right.attributes);
}

/** Stands for an event that is no longer stored: equal for drafts that {@link sameEvent} finds equal. */
export function eventDigest(event: Identified): string {
  const text = `["${event.topic}",${JSON.stringify(event.type)},${canonical(event.attributes)},${canonicalJson(event.data)}]`;
  return createHash("sha256").update(text).digest("base64url");
}

function canonicalJson(text: string): string {
  return canonical(JSON.parse(text));
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const members = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
}
