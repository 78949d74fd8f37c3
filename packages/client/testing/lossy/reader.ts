import type { FanfareEvent } from "@fanfare/protocol";
import type { Client, CursorStorage, Snapshot, Subscription, SubscriptionStatus, Update } from "@fanfare/client";
import { toPlace } from "./ledger.ts";
import { ReadingOracle, type State } from "./reading-oracle.ts";
import { Planned, type RandomStorage } from "./storage.ts";
import { randomWish, toSelection, wants } from "./wish.ts";
import type { World } from "./world.ts";

const KINDS = ["start", "cursor", "now", "stored", "snapshot"] as const;

/** One thing that an application reads, over all its runs, as quickly or slowly as it can. */
export class Reader {
  readonly oracle: ReadingOracle;
  readonly name: string;
  readonly #world: World;
  readonly #storage: RandomStorage;
  readonly #kind: (typeof KINDS)[number];
  readonly #slowMs: number;
  readonly #bufferEvents: number;
  #wishes = 0;
  #run = 0;
  /** Looks into the storage; only what the last one found counts. */
  #loads = 0;
  #subscription: Subscription<FanfareEvent, State> | Subscription | undefined;

  constructor(name: string, storage: RandomStorage, world: World) {
    const { chance } = world;
    this.name = name;
    this.#world = world;
    this.#storage = storage;
    this.#kind = chance.pick(KINDS);
    this.#slowMs = chance.maybe(0.5) ? 0 : chance.between(1, 400);
    this.#bufferEvents = chance.maybe(0.5) ? 10_000 : chance.between(1, 8);
    this.oracle = new ReadingOracle(world.ledger, { snapshots: this.#kind === "snapshot" }, (message) =>
      world.findings.report(`${name} ${message}`),
    );
    this.#wish();
  }

  get status(): SubscriptionStatus | undefined {
    return this.#subscription?.status.value;
  }

  /** The application runs (again) and subscribes. */
  begin(client: Client): void {
    this.#run += 1;
    const subscription = this.#subscribe(client);
    this.#subscription = subscription;
    let proven = subscription.status.value.completeUpTo;
    const prove = ({ state, completeUpTo }: SubscriptionStatus): void => {
      this.#world.findings.count(`subscription ${state}`);
      if (completeUpTo === proven || completeUpTo === undefined) return;
      proven = completeUpTo;
      this.#note(() => `is complete up to ${completeUpTo.cursor}`);
      this.oracle.proven(completeUpTo.cursor);
    };
    if (proven !== undefined) this.oracle.proven(proven.cursor);
    subscription.status.watch(prove);
    const run = this.#run;
    void subscription.done.then((error) => {
      if (run === this.#run) this.#world.findings.report(`${this.name} has ended by itself: ${String(error)}`);
    });
  }

  /** The application is gone, with whatever it had not kept. */
  end(): void {
    this.#run += 1;
    this.#loads += 1;
  }

  change(): void {
    this.#wish();
    this.#note(() => `now wants ${JSON.stringify(this.oracle.wish)}`);
    this.#subscription?.change(toSelection(this.oracle.wish, this.#wishes));
  }

  /** Everybody had all the time there is. */
  checkRest(): void {
    this.oracle.rests(this.status?.completeUpTo?.cursor);
  }

  #wish(): void {
    this.#wishes += 1;
    this.oracle.wished(randomWish(this.#world.chance));
  }

  #subscribe(client: Client): Subscription<FanfareEvent, State> | Subscription {
    const { chance, ledger } = this.#world;
    const base = { ...toSelection(this.oracle.wish, this.#wishes), bufferEvents: this.#bufferEvents };
    const run = this.#run;
    const handler = (update: Update<FanfareEvent, State>): Promise<void> => this.#told(run, update);
    const { epoch, position } = ledger.head;
    switch (this.#kind) {
      case "start":
        this.oracle.begins({ epoch: undefined, position: 0 }, false);
        return client.subscribe({ ...base, after: "start" }, handler);
      case "now":
        this.oracle.begins(undefined, false);
        return client.subscribe({ ...base, after: "now" }, handler);
      case "cursor": {
        const place = { epoch, position: chance.between(0, position) };
        this.oracle.begins(place, false);
        return client.subscribe({ ...base, after: `${epoch}:${place.position}` }, handler);
      }
      case "stored": {
        const storage: CursorStorage = {
          getItem: async (key) => {
            const load = (this.#loads += 1);
            const kept = await this.#storage.getItem(key);
            if (load === this.#loads) this.#found(kept);
            return kept;
          },
          setItem: (key, value) => this.#storage.setItem(key, value),
        };
        return client.subscribe({ ...base, after: "start", storage, key: this.name }, handler);
      }
      case "snapshot":
        this.oracle.begins(undefined, false);
        return client.subscribe({ ...base, snapshot: (signal) => this.#load(signal) }, handler);
    }
  }

  /** A former run's last word may come as late as this. */
  #found(kept: string | undefined): void {
    const place = kept === undefined ? { epoch: undefined, position: 0 } : toPlace(JSON.parse(kept).cursor);
    this.oracle.begins(place, kept !== undefined);
  }

  async #told(run: number, update: Update<FanfareEvent, State>): Promise<void> {
    if (run !== this.#run) return;
    const { findings, chance } = this.#world;
    this.#note(() => `is told ${describe(update)}`);
    findings.count(update.kind === "gap" ? `gap ${update.gap.reason}` : update.kind);
    this.oracle.told(update);
    if (this.#slowMs > 0) await this.#world.later(chance.between(0, this.#slowMs));
    if (run === this.#run) this.oracle.dealt(update);
  }

  async #load(signal: AbortSignal): Promise<Snapshot<State>> {
    const { chance, ledger, findings, hub } = this.#world;
    const { wish } = this.oracle;
    await this.#world.later(50);
    if (signal.aborted || (this.#world.troubled && chance.maybe(0.2))) throw new Planned("the state was not loaded");
    const { epoch } = ledger.head;
    const state = ledger.events(epoch).filter((event) => wants(wish, event));
    const answer = { state: state.map(({ position }) => Number(position)), cursor: hub.cursor };
    await this.#world.later(50);
    findings.count("snapshots loaded");
    return answer;
  }

  #note(line: () => string): void {
    this.#world.findings.note(() => `${this.name} ${line()}`);
  }
}

function describe(update: Update<FanfareEvent, State>): string {
  if (update.kind === "gap") return JSON.stringify(update.gap);
  if (update.kind === "snapshot") return `a state at ${update.cursor}`;
  return `${update.events.map(({ position }) => position).join(" ")} up to ${update.cursor}`;
}
