import { CLOSE_CODES } from "@fanfare/protocol";
import { pauseAfter, type Pause } from "./backoff.ts";
import type { LinkEnd } from "./link.ts";
import type { Verdict } from "./state.ts";

/** What else counts when a link has ended. */
export interface Circumstances {
  readonly now: number;
  readonly chance: number;
  /** Failures in a row, this one included. */
  readonly failures: number;
  readonly pause: Pause;
  /** The time that the hub gave this client for coming back. */
  readonly slot: number | undefined;
  /** Another credential can be asked for. */
  readonly renewable: boolean;
}

/** Codes of what would end the same way again. */
const BROKEN: ReadonlySet<number> = new Set([
  1002,
  1003,
  CLOSE_CODES.invalidData,
  1008,
  CLOSE_CODES.tooBig,
  CLOSE_CODES.protocol,
]);

/** Whether and when a client comes back after this end: the table of section 13.6 of the protocol. */
export function judge(end: LinkEnd, { now, chance, failures, pause, slot, renewable }: Circumstances): Verdict {
  const { code, reason, status } = end;
  const first = failures === 1;
  const stop = (why: Extract<Verdict, { kind: "stop" }>["reason"]): Verdict => ({
    kind: "stop",
    reason: why,
    message: reason === "" ? `closed with ${code}` : reason,
  });
  if (code === CLOSE_CODES.unauthenticated || status === 401) {
    if (!renewable) return stop("unauthenticated");
    if (first) return { kind: "again" };
  }
  if (code === CLOSE_CODES.forbidden || status === 403) return stop("forbidden");
  if (code === CLOSE_CODES.normal) return stop("closed");
  if (BROKEN.has(code) || status === 400 || status === 421) return stop("protocol");
  if (code === CLOSE_CODES.stalled && first) return { kind: "again" };
  const told = slot ?? (end.retryAfterMs === undefined ? undefined : now + end.retryAfterMs);
  return {
    kind: "wait",
    until: told ?? now + pauseAfter(failures, chance, pause),
    reason: reason || "connection lost",
  };
}
