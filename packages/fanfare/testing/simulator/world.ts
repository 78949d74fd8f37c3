import { parseTopic, toEpoch, toEvent, type EventDraft, type EventRecord, type FanfareEvent } from "@fanfare/protocol";
import { HubCore } from "../../src/core/hub-core.ts";
import type { Deliveries } from "../../src/core/hub.ts";
import type { Identity } from "../../src/core/identity.ts";
import { memoryBus, MemoryNetwork, memoryLog, memoryState, MemoryStorage } from "../../src/memory.ts";
import type { SubscriptionHistory } from "../../src/testing/history/history.ts";
import { Chance } from "../../src/testing/seeded-chance.ts";
import { drainPromises, seededRuntime, type SeededRuntime } from "../../src/testing/seeded-runtime.ts";
import { Agenda } from "./agenda.ts";
import type { SimulatedClient } from "./client.ts";
import { ConsumerBook } from "./consumer-book.ts";
import { FaultyLog } from "./faulty-log.ts";
import { Findings } from "./findings.ts";
import type { Rules } from "./oracle.ts";
import { PublishBook } from "./publish-book.ts";
import { randomScenario, type Scenario } from "./scenario.ts";
import { SignalBook } from "./signal-book.ts";
import { SlowState } from "./slow-state.ts";
import { randomEvent, TOPICS } from "./vocabulary.ts";
import { SimulatedWire } from "./wire.ts";

/** One hub of several on one log. */
export interface Node {
  readonly hub: HubCore;
  readonly log: FaultyLog;
  /** It has opened its log. */
  ready: boolean;
  /** It is going down. */
  closing: boolean;
  /** Highest position that it acknowledged. */
  acknowledged: number;
}

/** Credentials of a `sub` that are refused from when on it is done. */
export interface Revocation {
  readonly sub: string;
  /** Those issued up to here. */
  readonly before: number;
  done: boolean;
}

const EPOCH = toEpoch("simulated");

/** Everything that one seed plays with. */
export class World {
  readonly chance: Chance;
  readonly runtime: SeededRuntime;
  readonly scenario: Scenario;
  readonly agenda: Agenda;
  readonly findings: Findings;
  readonly rules: Rules;
  readonly signals: SignalBook;
  readonly publishes: PublishBook;
  readonly consumers: ConsumerBook;
  readonly storage: MemoryStorage;
  readonly nodes: Node[];
  /** Logs of all hubs there ever were. */
  readonly logs: FaultyLog[] = [];
  /** Subscribers in process. */
  readonly loops: Set<Deliveries> = new Set();
  readonly wires: readonly SimulatedWire[] = [new SimulatedWire("north"), new SimulatedWire("south")];
  readonly clients: Set<SimulatedClient> = new Set();
  readonly committed: EventRecord[] = [];
  /** What pages and subscribers in process got. */
  readonly histories: SubscriptionHistory[] = [];
  readonly revocations: Revocation[] = [];
  /** Nobody does anything new, and every client takes whatever comes. */
  resting = false;
  /** Calls that are under way. */
  calls = 0;
  /** Number of the task that is running. */
  task = 0;
  #names = 0;
  readonly #network = new MemoryNetwork();

  constructor(seed: number, trace?: (line: string) => void) {
    this.chance = new Chance(seed);
    this.runtime = seededRuntime(seed ^ 0x5eed);
    this.scenario = randomScenario(this.chance);
    this.agenda = new Agenda(this.chance);
    this.findings = new Findings(trace);
    this.rules = { profiles: this.scenario.hub.profiles ?? [], privates: this.scenario.hub.privates };
    this.signals = new SignalBook(this.findings, this.rules);
    this.publishes = new PublishBook(this.findings);
    this.consumers = new ConsumerBook(this.findings);
    this.storage = new MemoryStorage({ now: () => this.runtime.now(), epoch: EPOCH });
    this.storage.follow((records) => void this.committed.push(...records));
    for (let count = this.scenario.past; count > 0; count -= 1) this.storage.commit([this.draft()]);
    this.nodes = Array.from({ length: this.scenario.nodes }, () => this.createNode());
    this.findings.note(() => `scenario ${JSON.stringify(this.scenario)}`);
  }

  get epoch(): string {
    return EPOCH;
  }

  get head(): number {
    return this.storage.last;
  }

  get openClients(): readonly SimulatedClient[] {
    return [...this.clients].filter(({ open }) => open);
  }

  /** Every hub is there to hear of everything. */
  get whole(): boolean {
    return this.nodes.every(({ ready, closing }) => ready && !closing);
  }

  /** Every event that was ever committed, as its subscribers see it. */
  get events(): readonly FanfareEvent[] {
    return this.committed.map(toEvent);
  }

  createNode(): Node {
    const { agenda, chance, runtime, scenario } = this;
    const log = new FaultyLog(memoryLog(this.storage), { agenda, chance, faults: scenario.faults });
    this.logs.push(log);
    const state = new SlowState(memoryState(this.storage), agenda);
    const bus = memoryBus(this.#network, { node: `node-${this.name()}` });
    const hub = new HubCore({ ...scenario.hub, log, state, bus, runtime });
    const node: Node = { hub, log, ready: false, closing: false, acknowledged: 0 };
    this.call(() =>
      hub.ready().then(
        () => (node.ready = true),
        (error: unknown) => node.closing || Promise.reject(error),
      ),
    );
    return node;
  }

  /** A name that nothing else has. */
  name(): number {
    this.#names += 1;
    return this.#names;
  }

  /** Lets something go on by itself; a failure that it does not expect is a finding. */
  readonly call = (work: () => Promise<unknown>): void => {
    this.calls += 1;
    work()
      .catch((error: unknown) => this.findings.report(`a call failed: ${describe(error)}`))
      .finally(() => (this.calls -= 1));
  };

  /** Runs one task and whatever promises it sets free, as one turn of an event loop. */
  async run(task: () => void): Promise<void> {
    this.task += 1;
    try {
      task();
    } catch (error) {
      this.findings.report(`a task threw: ${describe(error)}`);
    }
    await drainPromises();
  }

  /** What another process publishes. */
  draft(): EventDraft {
    const { type, attributes = {}, data } = randomEvent(this.chance, this.name());
    const time = new Date(this.runtime.now()).toISOString();
    const topic = parseTopic(this.chance.pick(TOPICS));
    return { topic, id: `other-${this.name()}`, type, time, attributes, data: JSON.stringify(data) };
  }

  /** Whether the identity must be let in; `unsure` while its revocation is on its way. */
  validity(identity: Identity): "good" | "unsure" | "refused" {
    const { kind, expires } = identity;
    if (kind !== "user") return "good";
    if ((expires !== undefined && expires <= this.runtime.now()) || this.isRevoked(identity)) return "refused";
    return this.#revocations(identity).length === 0 ? "good" : "unsure";
  }

  isRevoked(identity: Identity): boolean {
    return this.#revocations(identity).some(({ done }) => done);
  }

  #revocations({ kind, sub, issued = 0 }: Identity): readonly Revocation[] {
    if (kind !== "user") return [];
    return this.revocations.filter((revocation) => revocation.sub === sub && issued <= revocation.before);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
