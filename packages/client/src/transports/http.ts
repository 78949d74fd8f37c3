import type { ErrorFrame, Problem } from "@fanfare/protocol";
import type { Door, LinkEnd } from "../core/link.ts";

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
  const retryAfter = headers.get("retry-after");
  return {
    code: 1006,
    reason: message,
    status,
    retryAfterMs: retryAfter === null ? undefined : Number(retryAfter) * 1000,
    error: { code: 0, message, data: { code: code ?? "unavailable", status } },
  };
}
