import { parsePattern, parseTopic, type Pattern, type Topic } from "@fanfare/protocol";
import type { ThreadId, Ticket } from "./ids.ts";

/** A ticket that is a topic token stands as it is, unless it looks like an encoded one. */
const PLAIN = /^(?!--)[A-Za-z0-9_-]+$/;
const ENCODED = /^--([A-Za-z0-9_-]*)$/;
/** Where all that happens to threads is published. */
export const FORUM_TOPICS = "forum.*.*";
/** Where viewers are told what they have seen elsewhere; the attribute `viewer` says who. */
export const VIEWERS_TOPIC = "forum-viewers";
/** Where the state of runs is told; the attribute `run` says which. */
export const RUNS_TOPIC = "forum-runs";

/**
 * Any text as one token of a topic: as it is where that will do, else `--` and its UTF-16 code units in base64url. 64 of
 * them become 173 characters, which leaves a topic enough for a thread. {@link decodeToken} is the way back.
 *
 * @example encodeToken("T-42") === "T-42" && encodeToken("ümlaut").startsWith("--")
 */
export function encodeToken(text: string): string {
  if (PLAIN.test(text)) return text;
  let bytes = "";
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    bytes += String.fromCharCode(unit >> 8, unit & 0xff);
  }
  return `--${btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** The text that became this token. */
export function decodeToken(token: string): string {
  const encoded = ENCODED.exec(token)?.[1];
  if (encoded === undefined) return token;
  const bytes = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
  let text = "";
  for (let index = 0; index + 1 < bytes.length; index += 2)
    text += String.fromCharCode((bytes.charCodeAt(index) << 8) | bytes.charCodeAt(index + 1));
  return text;
}

/** Where the events of a thread are published: `forum.<ticket>.<thread>`. */
export function threadTopic(ticket: Ticket, thread: ThreadId): Topic {
  return parseTopic(`forum.${encodeToken(ticket)}.${thread}`);
}

/** All threads of a ticket. */
export function ticketPattern(ticket: Ticket): Pattern {
  return parsePattern(`forum.${encodeToken(ticket)}.*`);
}
