/** Counts since the start of a hub. */
export interface Totals {
  published: number;
  duplicates: number;
  delivered: number;
  dropped: number;
  signals: number;
  gaps: number;
}

export function createTotals(): Totals {
  return { published: 0, duplicates: 0, delivered: 0, dropped: 0, signals: 0, gaps: 0 };
}
