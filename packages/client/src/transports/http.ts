import type { ErrorFrame, Problem } from "@fanfare/protocol";
import type { Door, LinkEnd } from "../core/link.ts";

/** How a request is made; `fetch` itself but in a test. */
export type Fetch = typeof globalThis.fetch;

/** A refusal that the hub, or something before it, has answered. */
export interface Refusal {
  readonly status: number;
  readonly error: ErrorFrame["error"];
  readonly retryAfterMs: number | undefined;
}

/** A request to a path below the hub's address; with a body it is a POST of JSON. Rejects when nobody answers. */
export function ask(
  fetch: Fetch,
  { url, token }: Door,
  path: string,
  init: RequestInit = {},
  body?: unknown,
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  if (body === undefined) return fetch(new URL(path, url), { ...init, headers });
  headers.set("content-type", "application/json");
  return fetch(new URL(path, url), { ...init, headers, method: "POST", body: JSON.stringify(body) });
}

/** Reads what a response that is not ok says. */
export async function refusalOf(response: Response): Promise<Refusal> {
  const { status, headers } = response;
  const problem = (await response.json().catch(() => undefined)) as Partial<Problem> | undefined;
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return {
    status,
    error: {
      code: 0,
      message: problem?.detail ?? `the server answered ${status}`,
      // What no hub has answered is told by its status alone.
      data: { code: problem?.code ?? "unavailable", status },
    },
    retryAfterMs: Number.isNaN(seconds) ? undefined : seconds * 1000,
  };
}

export function endOf({ status, error, retryAfterMs }: Refusal): LinkEnd {
  return { code: 1006, reason: error.message, status, retryAfterMs };
}
