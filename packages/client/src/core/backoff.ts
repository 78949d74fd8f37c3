/** A pause that grows: the longest possible one after the first failure, and after many. */
export interface Pause {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Half a second at first, 20 seconds in the end. */
export const DEFAULT_PAUSE: Pause = { firstMs: 500, longestMs: 20_000 };

/**
 * Full jitter: any time up to the longest that this failure in a row allows, so that clients which fell at the same
 * moment do not rise at the same moment. `chance` is in [0, 1), `failures` counts from 1.
 */
export function pauseAfter(failures: number, chance: number, { firstMs, longestMs }: Pause): number {
  return chance * Math.min(longestMs, firstMs * 2 ** (failures - 1));
}
