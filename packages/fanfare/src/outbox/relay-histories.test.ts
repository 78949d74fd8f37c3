import { DatabaseSync } from "node:sqlite";
import { FanfareError } from "@fanfare/protocol";
import { expect, test } from "vitest";
import { FaultyLog, type Behaviour } from "../../testing/faulty-log.ts";
import { Chance } from "../testing/seeded-chance.ts";
import { seededRuntime, type SeededRuntime } from "../testing/seeded-runtime.ts";
import { startRelay } from "./relay.ts";
import { sqliteOutbox } from "./sqlite/outbox.ts";
import { sqliteOutboxStore, type SqliteOutboxStore } from "./sqlite/store.ts";
import { OutboxBusyError } from "./store.ts";

const HISTORIES = 100;
const KEYS = ["k1", "k2", "k3", "k4", "k5"];
const TOPICS = ["a", "b", "c"];

interface Added {
  readonly id: string;
  readonly key: string;
  readonly poisonous: boolean;
}

/** What a random history came to. */
interface History {
  readonly added: readonly Added[];
  readonly log: FaultyLog;
  readonly dead: readonly string[];
  readonly open: number;
}

/** A process in which everything may stop for ever at any moment. */
class Mortal {
  alive = true;

  /** Calls of the dead have no end; calls of the living may meet somebody's lock. */
  store(store: SqliteOutboxStore, chance: Chance): SqliteOutboxStore {
    const guard = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      if (!this.alive) return new Promise(() => undefined);
      if (chance.maybe(0.05)) throw new OutboxBusyError(undefined);
      const result = await work();
      return this.alive ? result : new Promise(() => undefined);
    };
    return {
      due: (ask) => guard(() => store.due(ask)),
      claim: (ask) => guard(() => store.claim(ask)),
      resign: (relay) => guard(() => store.resign(relay)),
      lease: (ask) => guard(() => store.lease(ask)),
      settle: (ask) => guard(() => store.settle(ask)),
      sweep: (ask) => guard(() => store.sweep(ask)),
      follow: (listener) => store.follow(() => this.alive && listener()),
      figures: (ask) => guard(() => store.figures(ask)),
      list: (ask) => guard(() => store.list(ask)),
      amend: (numbers, decide) => guard(() => store.amend(numbers, decide)),
      ring: () => store.ring(),
      close: () => store.close(),
    };
  }
}

async function play(seed: number): Promise<History> {
  const chance = new Chance(seed);
  const runtime = seededRuntime(seed);
  const db = new DatabaseSync(":memory:");
  const store = sqliteOutboxStore(db);
  const outbox = sqliteOutbox(db, store, { runtime });
  const log = new FaultyLog(runtime);
  const added: Added[] = [];
  const poisonous = new Set<string>();
  log.poison = ({ id = "" }) => (poisonous.has(id) ? new FanfareError("schema_mismatch", "no") : undefined);
  const troubled = (): Behaviour =>
    chance.pick(["silent", "lost answer", "hangs", "hangs and takes", new FanfareError("rate_limited", "slower")]);
  log.behave = () => (chance.maybe(0.3) ? troubled() : "takes");

  const mortals = new Set<Mortal>();
  const bear = (): void => {
    const settings = { leaseMs: 1_000, retryMaxMs: 500, maxAttempts: 3, batch: chance.between(1, 12), pollMs: 50 };
    const mortal = new Mortal();
    startRelay({ ...settings, store: mortal.store(store, chance), publisher: log, runtime, onError: () => undefined });
    mortals.add(mortal);
  };
  for (let step = 0; step < 40; step += 1) {
    if (mortals.size < 3 && chance.maybe(0.2)) bear();
    if (chance.maybe(0.1))
      for (const mortal of [...mortals].slice(0, 1)) {
        mortal.alive = false;
        mortals.delete(mortal);
      }
    const undone = chance.maybe(0.2);
    const batch = Array.from({ length: chance.between(0, 4) }, (_, index) => ({
      id: `${step}-${index}`,
      key: chance.pick(KEYS),
      poisonous: chance.maybe(0.1),
    }));
    db.exec("BEGIN");
    for (const { id, key } of batch) outbox.add(chance.pick(TOPICS), { id, type: "t" }, { key });
    db.exec(undone ? "ROLLBACK" : "COMMIT");
    if (!undone) {
      added.push(...batch);
      for (const row of batch) if (row.poisonous) poisonous.add(row.id);
    }
    await runtime.advance(chance.between(0, 400));
  }
  log.behave = () => "takes";
  bear();
  await drain(runtime, store);
  const { pending, leased, failed } = await store.figures({ now: runtime.now() });
  const dead = (await store.list({ state: "dead", after: 0, limit: 1_000 })).map(({ id }) => id);
  for (const mortal of mortals) mortal.alive = false;
  return { added, log, dead, open: pending + leased + failed };
}

async function drain(runtime: SeededRuntime, store: SqliteOutboxStore): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    await runtime.advance(1_000);
    const { pending, leased, failed } = await store.figures({ now: runtime.now() });
    if (pending + leased + failed === 0) return;
  }
}

test(`in ${HISTORIES} random histories every committed event is in the log once, in the order of its key`, async () => {
  for (let seed = 1; seed <= HISTORIES; seed += 1) {
    const { added, log, dead, open } = await play(seed);
    const good = added.filter((row) => !row.poisonous).map(({ id }) => id);
    const bad = added.filter((row) => row.poisonous).map(({ id }) => id);
    expect({ seed, open }).toEqual({ seed, open: 0 });
    expect({ seed, ids: log.ids.toSorted() }).toEqual({ seed, ids: good.toSorted() });
    expect({ seed, dead: dead.toSorted() }).toEqual({ seed, dead: bad.toSorted() });
    for (const key of KEYS) {
      const wanted = added.filter((row) => row.key === key && !row.poisonous).map(({ id }) => id);
      expect({ seed, key, ids: log.ids.filter((id) => wanted.includes(id)) }).toEqual({ seed, key, ids: wanted });
    }
  }
}, 60_000);
