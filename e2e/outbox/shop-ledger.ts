import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { createHub, readingPage, type FanfareEvent, type Hub } from "fanfare";
import { sqliteOutboxStore, startRelay, type OutboxStore } from "fanfare/outbox";
import { sqliteLog } from "fanfare/sqlite";
import { KEYS, QUICK, type Order } from "./shop.ts";

const PATIENCE_MS = 30_000;

/** Makes the application's own table. */
export function openShop(file: string): void {
  sqliteOutboxStore(file);
  const db = new DatabaseSync(file);
  db.exec("CREATE TABLE orders (number INTEGER PRIMARY KEY, id TEXT NOT NULL, key TEXT NOT NULL)");
  db.close();
}

export interface Accounts {
  readonly orders: number;
  /** Sentences; none when every promise held. */
  readonly broken: readonly string[];
}

/** Lets a relay finish what killed ones have left, and holds the log against the application's table. */
export async function settleAccounts(file: string, log: string): Promise<Accounts> {
  const store = sqliteOutboxStore(file);
  const hub: Hub = createHub({ log: sqliteLog(log) });
  const relay = startRelay({ store, publisher: hub, ...QUICK, leaseMs: 5_000 });
  try {
    await drained(store);
    const db = new DatabaseSync(file, { readOnly: true });
    const orders = db.prepare("SELECT number, id, key FROM orders ORDER BY number").all() as unknown as Order[];
    db.close();
    return { orders: orders.length, broken: compare(orders, await readAll(hub)) };
  } finally {
    await relay.close();
    await store.close();
    await hub.close();
  }
}

async function drained(store: OutboxStore): Promise<void> {
  for (const late = AbortSignal.timeout(PATIENCE_MS); !late.aborted; await pause(20)) {
    const { pending, leased, failed } = await store.figures({ now: Date.now() });
    if (pending + leased + failed === 0) return;
  }
  throw new Error("the outbox was not emptied");
}

async function readAll(hub: Hub): Promise<readonly FanfareEvent[]> {
  const events: FanfareEvent[] = [];
  for (let after = "start"; ;) {
    const page = readingPage(await hub.read({ after, limit: 1_000 }));
    events.push(...page.events);
    if (page.complete) return events;
    after = page.cursor;
  }
}

/** Sentences; none when every promise held. */
export function compare(orders: readonly Order[], events: readonly FanfareEvent[]): readonly string[] {
  const times = Map.groupBy(events, ({ id }) => id);
  const committed = new Set(orders.map(({ id }) => id));
  const counted = orders
    .map(({ id }) => [id, times.get(id)?.length ?? 0] as const)
    .filter(([, count]) => count !== 1)
    .map(([id, count]) => `${id} was committed and is in the log ${count} times`);
  const foreign = events
    .filter(({ id }) => !committed.has(id))
    .map(({ id }) => `${id} is in the log without its order`);
  const disordered = KEYS.flatMap((key) => {
    const wanted = orders.filter((order) => order.key === key).map(({ id }) => id);
    const told = events.filter(({ attributes }) => attributes["key"] === key).map(({ id }) => id);
    const at = told.findIndex((id, index) => id !== wanted[index]);
    return at === -1 ? [] : [`of ${key}, ${told[at]} came where ${wanted[at]} belongs`];
  });
  return [...counted, ...foreign, ...disordered];
}
