import type { CloseCode } from "@fanfare/protocol";
import { pauseAfter, type Pause } from "./backoff.ts";
import type { LinkEnd } from "./link.ts";
import type { Runtime, Surroundings } from "./runtime.ts";
import { OFFLINE, type Fall, type StopReason } from "./state.ts";

/** What of a client counts when a link has ended. */
export interface Circumstances {
  readonly runtime: Pick<Runtime, "now" | "random">;
  readonly surroundings: Pick<Surroundings, "online">;
  readonly pause: Pause;
}

/** What of the link that has ended, and of those before it, counts. */
export interface Past {
  /** Failures in a row, this one included. */
  readonly failures: number;
  /** The time that the hub gave this client for coming back. */
  readonly slot: number | undefined;
  /** Another credential can be asked for. */
  readonly renewable: boolean;
}

// Single numbers, since the protocol's whole table would go into every page.
const NORMAL = 1000 satisfies CloseCode;
const UNAUTHENTICATED = 4401 satisfies CloseCode;
const FORBIDDEN = 4403 satisfies CloseCode;
const STALLED = 4408 satisfies CloseCode;
/** No frames, no data, no UTF-8, a policy, too big, and a breach of the protocol: the same would happen again. */
const BROKEN: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009, 4400, 400, 421]);

export function isUnauthenticated({ code, status }: LinkEnd): boolean {
  return code === UNAUTHENTICATED || status === 401;
}

/** Whether and when a client comes back after this end: the table of section 13.6 of the protocol. */
export function judge(
  end: LinkEnd,
  { runtime, surroundings, pause }: Circumstances,
  { failures, slot, renewable }: Past,
): Fall {
  const { code, status = code, reason: words, retryAfterMs } = end;
  const attempt = failures + 1;
  const message = words || `closed ${code}`;
  const stop = (reason: StopReason): Fall => ({ state: "stopped", reason, message });
  if (isUnauthenticated(end) && !renewable) return stop("unauthenticated");
  if (failures === 1 && (isUnauthenticated(end) || code === STALLED)) return { state: "connecting", attempt };
  if (code === FORBIDDEN || status === 403) return stop("forbidden");
  if (code === NORMAL) return stop("closed");
  if (BROKEN.has(status)) return stop("protocol");
  if (!surroundings.online) return OFFLINE;
  const until = slot ?? runtime.now() + (retryAfterMs ?? pauseAfter(failures, runtime.random(), pause));
  return { state: "waiting", attempt, until, reason: message };
}
