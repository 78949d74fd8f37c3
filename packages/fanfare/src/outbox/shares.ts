/** A range of keys and the relay that it belongs to for now. */
export interface RangeHolding {
  readonly range: number;
  /** `undefined`: nobody, or somebody whose time is over. */
  readonly relay: string | undefined;
}

export interface Share {
  /** Ranges that are the relay's own from now on, also those that it had. */
  readonly held: readonly number[];
  /** Ranges that it gives back for others to take. */
  readonly given: readonly number[];
}

/**
 * The ranges that a relay holds from now on, with so many relays alive, itself among them. Nobody is driven out: a relay
 * that comes waits until the others give back what is above their share.
 */
export function shareOf(relay: string, relays: number, holdings: readonly RangeHolding[]): Share {
  const fair = Math.ceil(holdings.length / Math.max(1, relays));
  const own = holdings.filter((holding) => holding.relay === relay).map(({ range }) => range);
  const free = holdings.filter((holding) => holding.relay === undefined).map(({ range }) => range);
  const kept = own.slice(0, fair);
  return { held: [...kept, ...free.slice(0, fair - kept.length)], given: own.slice(fair) };
}
