/** How values lie, in their own unit, to two decimals. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Zeros for no values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).toSorted();
  const at = (share: number): number => rounded(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

export function rateOf(
  events: number,
  ms: number,
): { readonly events: number; readonly seconds: number; readonly perSecond: number } {
  return { events, seconds: rounded(ms / 1000), perSecond: rounded(events / (ms / 1000)) };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
