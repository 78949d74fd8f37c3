import type { Runtime } from "../core/ports/runtime.ts";

/** Keys fall into this many ranges, the pieces in which relays share the work; also the most relays that have any. */
export const KEY_RANGES = 16;

/** The range of a key, from 0; the same in every process. */
export function keyRange(key: string, runtime: Pick<Runtime, "hash">): number {
  return Number.parseInt(runtime.hash(key).slice(0, 8), 16) % KEY_RANGES;
}
