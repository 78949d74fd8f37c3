import { utf8Bytes } from "@fanfare/protocol";
import type { AgentName, AttemptId, RequestId, RunId, ThreadId, Ticket } from "./ids.ts";
import { NAME_CHARACTERS, TICKET_CHARACTERS } from "./limits.ts";
import { accept, refuse, type Decision } from "./refusal.ts";

// oxlint-disable-next-line no-control-regex -- a name with a line break or an escape code in it would fool whoever reads it
const CONTROL = /[\u0000-\u001f\u007f]/;
const THREAD_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** A short text on one line, without the blanks around it. `field` stands in the refusal. */
export function line(field: string, text: string, characters: number): Decision<string> {
  const trimmed = text.trim();
  if (trimmed === "") return refuse("invalid_input", `${field}: must not be blank`);
  if (trimmed.length > characters)
    return refuse("invalid_input", `${field}: has ${trimmed.length} characters, at most ${characters} are allowed`);
  if (CONTROL.test(trimmed) || !trimmed.isWellFormed())
    return refuse("invalid_input", `${field}: must be Unicode text without control characters`);
  return accept(trimmed);
}

/** A long text, kept as it was written: indentation and final line breaks are the author's. */
export function body(field: string, text: string, bytes: number): Decision<string> {
  if (text.trim() === "") return refuse("invalid_input", `${field}: must not be blank`);
  if (!text.isWellFormed()) return refuse("invalid_input", `${field}: must be Unicode text`);
  const size = utf8Bytes(text);
  if (size > bytes) return refuse("too_large", `${field}: has ${size} bytes, at most ${bytes} are allowed`);
  return accept(text);
}

export function threadId(text: string): Decision<ThreadId> {
  return THREAD_ID.test(text)
    ? accept(text as ThreadId)
    : refuse("invalid_input", 'threadId: must be 1 to 64 letters, digits, "_" or "-"');
}

export function ticket(text: string): Decision<Ticket> {
  return line("ticket", text, TICKET_CHARACTERS) as Decision<Ticket>;
}

export function runId(text: string): Decision<RunId> {
  return line("runId", text, NAME_CHARACTERS) as Decision<RunId>;
}

export function agentName(text: string): Decision<AgentName> {
  return line("agentName", text, NAME_CHARACTERS) as Decision<AgentName>;
}

export function requestId(text: string): Decision<RequestId> {
  return line("requestId", text, NAME_CHARACTERS) as Decision<RequestId>;
}

export function attemptId(text: string): Decision<AttemptId> {
  return line("attemptId", text, NAME_CHARACTERS) as Decision<AttemptId>;
}
