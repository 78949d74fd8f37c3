import type { ErrorFrame, Problem } from "@fanfare/protocol";
import type { Door, LinkEnd } from "../core/link.ts";

/** The longest that a server is obeyed which says when to come back. */
const LONGEST_MS = 3_600_000;

/** A refusal that the hub, or something before it, has answered. */
export interface Refusal extends LinkEnd {
  readonly status: number;
  readonly error: ErrorFrame["error"];
}

/** A request to a path below the hub's address; with a body it is a POST of JSON. Rejects when nobody answers. */
export function ask({ url, token }: Door, path: string, body: unknown, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = {};
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  if (body === undefined) return fetch(new URL(path, url), { headers, signal });
  headers["content-type"] = "application/json";
  return fetch(new URL(path, url), { headers, signal, method: "POST", body: JSON.stringify(body) });
}

/** Reads what a response that is not ok says. What no hub has answered is told by its status alone. */
export async function refusalOf(response: Response): Promise<Refusal> {
  const { status, headers } = response;
  const { detail, code } = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const message = detail ?? `the server answered ${status}`;
  return {
    code: 1006,
    reason: message,
    status,
    retryAfterMs: retryAfterMs(headers.get("retry-after") ?? ""),
    error: { code: 0, message, data: { code: code ?? "unavailable", status } },
  };
}

/** Seconds or a date (RFC 9110, section 10.2.3); `undefined` for what is no time to come. */
function retryAfterMs(text: string): number | undefined {
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return ms > 0 ? Math.min(ms, LONGEST_MS) : undefined;
}
