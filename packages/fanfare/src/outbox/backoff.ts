import type { Runtime } from "../core/ports/runtime.ts";

export interface BackoffOptions {
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
}

/** Full jitter: anything up to the limit, so that those who failed together do not come back together. */
export function jitter(limitMs: number, runtime: Pick<Runtime, "random">): number {
  return Math.round(runtime.random() * limitMs);
}

/** The limit of the wait after so many failures, from 1: it doubles with each. */
export function backoffLimit(failures: number, { retryBaseMs, retryMaxMs }: BackoffOptions): number {
  return Math.min(retryMaxMs, retryBaseMs * 2 ** Math.max(0, failures - 1));
}

/** The limit of the wait of somebody who has waited for so long already: it grows with the time, without a counter. */
export function patienceLimit(waitedMs: number, { retryBaseMs, retryMaxMs }: BackoffOptions): number {
  return Math.min(retryMaxMs, Math.max(retryBaseMs, waitedMs));
}
