import type { OutboxRow } from "../../outbox/draft.ts";
import type { LeasedRow } from "../../outbox/row.ts";
import type { LeaseAsk, OutboxStore } from "../../outbox/store.ts";
import { handlesCase, type ConformanceCase, type Handles, type PortStore } from "./conformance-case.ts";

/** A store and a way into it, on one database. */
export interface OutboxHandle {
  readonly store: OutboxStore;
  /** Inserts the rows in one transaction, as an application would, and rings; `undo` rolls it back instead. */
  add(rows: readonly OutboxRow[], options?: { readonly undo?: boolean }): Promise<void>;
  close(): Promise<void>;
}

export type OutboxHandles = PortStore<OutboxHandle>;
export type OutboxCase = ConformanceCase<OutboxHandles>;

/** When every case begins; stores are told the time and have no clock. */
export const NOW: number = Date.UTC(2026, 0, 31, 12);
export const LEASE_MS = 10_000;

export function outboxCase(
  name: string,
  body: (here: OutboxHandle, there: OutboxHandle, handles: Handles<OutboxHandle>) => Promise<void>,
): OutboxCase {
  return handlesCase<OutboxHandle>(name, (handles) => body(handles.handle, handles.other, handles));
}

/** A row that a case can tell from others. */
export function sampleRow(id: string, changes: Partial<OutboxRow> = {}): OutboxRow {
  const key = changes.key ?? "orders.eu";
  return {
    id,
    key,
    key_range: 3,
    topic: "orders.eu",
    type: "order.paid",
    time: "2026-01-31T12:00:00.000Z",
    attributes: '{"customer":"c1"}',
    data: '{"total":12}',
    added_at: NOW,
    ...changes,
  };
}

export function ask(changes: Partial<LeaseAsk> = {}): LeaseAsk {
  return { relay: "a", now: NOW, leaseMs: LEASE_MS, limit: 100, ...changes };
}

/** Claims and leases, as a relay does. */
export async function take(store: OutboxStore, changes: Partial<LeaseAsk> = {}): Promise<readonly LeasedRow[]> {
  await store.claim(ask(changes));
  return store.lease(ask(changes));
}

export function ids(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id);
}

/** Settles one leased row. */
export function outcomeOf(
  row: LeasedRow | undefined,
  kind: "sent" | "failed" | "dead" | "released",
  changes: { readonly nextAttemptAt?: number; readonly unsureSince?: number; readonly duplicate?: boolean } = {},
): Parameters<OutboxStore["settle"]>[0]["outcomes"][number] {
  const { nextAttemptAt = NOW + 1_000, unsureSince, duplicate = false } = changes;
  const number = row?.number ?? -1;
  const attempts = (row?.attempts ?? 0) + 1;
  switch (kind) {
    case "sent": {
      return { kind, number, duplicate };
    }
    case "failed": {
      return { kind, number, attempts, nextAttemptAt, error: "refused", unsureSince };
    }
    case "dead": {
      return { kind, number, attempts, error: "refused for good", unsureSince };
    }
    case "released": {
      return { kind, number, unsureSince };
    }
  }
}
