import type { Account, Return } from "./member.ts";

/** What all clients together have got. */
export interface Summary {
  readonly clients: number;
  readonly events: number;
  /** Of all events to all clients, those that came. */
  readonly share: number;
  readonly faults: Faults;
  readonly returns: readonly Return[];
}

/** What must not be: each is 0 where every client got every event once and in order. */
export interface Faults {
  readonly missing: number;
  readonly repeated: number;
  readonly disordered: number;
  readonly strange: number;
  readonly gaps: number;
}

export const NO_FAULTS: Faults = { missing: 0, repeated: 0, disordered: 0, strange: 0, gaps: 0 };

export function summaryOf(accounts: readonly Account[], events: number): Summary {
  const sum = (of: (account: Account) => number): number => accounts.reduce((total, one) => total + of(one), 0);
  const wanted = accounts.length * events;
  const delivered = sum((account) => account.delivered);
  return {
    clients: accounts.length,
    events,
    share: delivered / wanted,
    faults: {
      missing: wanted - delivered,
      repeated: sum(({ repeated }) => repeated),
      disordered: sum(({ disordered }) => disordered),
      strange: sum(({ strange }) => strange),
      gaps: sum(({ gaps }) => gaps),
    },
    returns: accounts.flatMap(({ returns }) => returns),
  };
}

/** In words, for the end of a run. */
export function toWords({ clients, events, share, faults, returns }: Summary): string {
  const { missing, repeated, disordered, strange, gaps } = faults;
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((part) => percentile(replays(returns), part).toFixed(0));
  const others = returns.filter(({ over }) => over !== "websocket").length;
  return (
    `${clients} clients, ${events} events, ${returns.length} returns (${others} not over WebSocket): ${(share * 100).toFixed(4)} % delivered, ` +
    `${missing} missing, ${repeated} twice, ${disordered} out of order, ${strange} strange, ${gaps} gaps. ` +
    `Replay after the reconnect: p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms.`
  );
}

export function isFaultless({ faults }: Summary): boolean {
  return Object.values(faults).every((count) => count === 0);
}

/** The value that this share of all values does not exceed; 0 for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** Milliseconds from the open connection until everything that was missed was there. */
export function replays(returns: readonly Return[]): readonly number[] {
  return returns.map(({ opened, live }) => live - opened);
}
