/** What the processes that are killed and those who look at what is left have in common. */

/** One order of the application, committed with its event. */
export interface Order {
  readonly number: number;
  readonly id: string;
  readonly key: string;
}

/** Few keys, so that order matters; more topics than keys would be too easy. */
export const KEYS: readonly string[] = ["ada", "bob", "cyd", "dan", "eve", "fay"];

export function topicOf(order: number): string {
  return `orders.${order % 3}`;
}

/** Settings under which a killed relay's work is taken over soon. */
export const QUICK = { leaseMs: 250, pollMs: 20, batch: 20, retryBaseMs: 20, retryMaxMs: 200 } as const;
