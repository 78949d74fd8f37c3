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

/** No frames, no data, no UTF-8, a policy, too big, a breach of the protocol: the same would happen again. */
const BROKEN: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009, 400, 421]);

/** Our own close codes are statuses of HTTP plus 4 000; those of the WebSocket protocol stay as they are. */
function kindOf({ code, status = code }: LinkEnd): number {
  return status % 4000;
}

export function isUnauthenticated(end: LinkEnd): boolean {
  return kindOf(end) === 401;
}

/** Whether and when a client comes back after this end: the table of section 13.6 of the protocol. */
export function judge(
  end: LinkEnd,
  { runtime, surroundings, pause }: Circumstances,
  { failures, slot, renewable }: Past,
): Fall {
  const { code, reason: words, retryAfterMs } = end;
  const kind = kindOf(end);
  const attempt = failures + 1;
  const message = words || `closed ${code}`;
  const stop = (reason: StopReason): Fall => ({ state: "stopped", reason, message });
  if (kind === 401 && !renewable) return stop("unauthenticated");
  // Refused or stalled for the first time: with another credential, or with its cursors, it is welcome at once.
  if (failures === 1 && (kind === 401 || kind === 408)) return { state: "connecting", attempt };
  if (kind === 403) return stop("forbidden");
  if (kind === 1000) return stop("closed");
  if (BROKEN.has(kind)) return stop("protocol");
  if (!surroundings.online) return OFFLINE;
  const until = slot ?? runtime.now() + (retryAfterMs ?? pauseAfter(failures, runtime.random(), pause));
  return { state: "waiting", attempt, until, reason: message };
}
