/** From the least to the most pressing. */
export const PRIORITIES = ["low", "normal", "high", "urgent"] as const;

export type Priority = (typeof PRIORITIES)[number];

/** 0 for `low` to 3 for `urgent`: what lists are sorted by. */
export function rank(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

/** The priority of a rank. Throws `RangeError` for any other number. */
export function ofRank(number: number): Priority {
  const priority = PRIORITIES[number];
  if (priority === undefined) throw new RangeError(`priority: ${number} is no rank`);
  return priority;
}
