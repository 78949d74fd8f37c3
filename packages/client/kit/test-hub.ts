import {
  formatCursor,
  toEpoch,
  type Cursor,
  type FanfareEvent,
  type Json,
  type TopicContract,
} from "@fanfare/protocol";
import { createClient, type Client, type ClientOptions, type Surroundings, type Transport } from "@fanfare/client";
import { createHub, OPEN, parsePattern, type HubOptions, type Identity, type Log, type TypedHub } from "fanfare";
import { memoryLog, memoryState, MemoryStorage } from "fanfare/memory";
import { seededRuntime, type SeededRuntime } from "fanfare/testing";
import { hubTransport } from "./hub-transport.ts";
import { Network } from "./network.ts";

/** How a hub for tests is made: as any hub, but in memory and under a clock that the test moves. */
export interface TestHubOptions<Contract extends TopicContract = TopicContract> extends Omit<
  HubOptions<Contract>,
  "log" | "state" | "bus" | "runtime"
> {
  /** Chance and ids come out the same for the same one; default 1. */
  readonly seed?: number | undefined;
  /**
   * Who comes in with a token, at this time in milliseconds since 1970; throws `FanfareError` for one that is no good. Default
   * anybody, who may do everything.
   */
  readonly identify?: ((token: string | undefined, now: number) => Identity | Promise<Identity>) | undefined;
}

/** What a client in a test may be made of: everything, with an address, a transport and a clock by default. */
export type TestClientOptions<Contract extends TopicContract = TopicContract> = Partial<ClientOptions<Contract>>;

const NOWHERE = "http://hub.test";
const QUIET: Surroundings = { online: true, watch: () => () => {} };
/** How much time a test may pass by default while it waits for something. */
const WITHIN_MS = 120_000;

/**
 * A real hub in this process, for tests of applications: clients reach it over a {@link Network} that the test makes as
 * bad as it likes. There are no sockets and nothing sleeps: time passes when the test says so, and then at once.
 *
 * @example
 * await using test = testHub();
 * const client = test.client();
 * const seen: number[] = [];
 * client.subscribe({ topics: ["orders.>"], after: "start" }, (update) => {
 *   if (update.kind === "events") seen.push(...update.events.map(({ position }) => position));
 * });
 * await test.until(() => client.state.value.state === "live");
 *
 * const lost = test.network.drop({ to: "client", method: "deliver", times: 1 });
 * await test.hub.publish("orders.eu", { type: "order.paid" });
 * test.network.cut();
 * await test.hub.publish("orders.eu", { type: "order.sent" });
 * await test.until(() => seen.length === 2);
 * console.log(lost.hits, seen); // 1 [1, 2]
 */
export function testHub<const Contract extends TopicContract = never>(
  options: TestHubOptions<Contract> = {},
): TestHub<Contract> {
  return new TestHub<Contract>(options);
}

/** What {@link testHub} makes. */
export class TestHub<Contract extends TopicContract = never> implements AsyncDisposable {
  /** Moves when {@link TestHub.advance}, {@link TestHub.until} or {@link TestHub.outcome} say so; chance is seeded. */
  readonly runtime: SeededRuntime;
  /** What clients go over that are given no other one. */
  readonly network: Network;
  readonly #options: Omit<TestHubOptions<Contract>, "seed" | "identify">;
  readonly #transport: Transport;
  readonly #clients = new Set<{ close(): void }>();
  #storage: MemoryStorage;
  #hub: TypedHub<Contract>;
  #log: Log;

  constructor({ seed = 1, identify = () => OPEN, ...options }: TestHubOptions<Contract>) {
    this.runtime = seededRuntime(seed);
    this.network = new Network(this.runtime);
    this.#options = options;
    this.#storage = this.#empty();
    this.#log = memoryLog(this.#storage);
    this.#hub = this.#begin();
    this.#transport = hubTransport(
      () => this.#hub,
      (token) => identify(token, this.runtime.now()),
    );
  }

  /** The hub that there is now: another one after {@link TestHub.restart}. */
  get hub(): TypedHub<Contract> {
    return this.#hub;
  }

  /** Where the log ends now. */
  get cursor(): Cursor {
    return formatCursor(this.#storage.epoch, this.#storage.last);
  }

  /** Everything that the log holds now, in its order. */
  get events(): readonly FanfareEvent[] {
    return this.#storage.events.map(({ record }) => ({ ...record, data: JSON.parse(record.data) as Json }));
  }

  /** A client of the hub, which is closed with it. Give a network to have clients whose links fail apart from the others'. */
  client(options: TestClientOptions<Contract> = {}, network: Network = this.network): Client<Contract> {
    const client = createClient<Contract>({
      url: NOWHERE,
      transports: [network.through(this.#transport)],
      runtime: this.runtime,
      surroundings: QUIET,
      ...options,
    });
    this.#clients.add(client);
    return client;
  }

  /** Lets everything happen that needs no time. */
  settle(): Promise<void> {
    return this.runtime.settle();
  }

  /** Lets so many milliseconds pass. */
  advance(ms: number): Promise<void> {
    return this.runtime.advance(ms);
  }

  /** Lets time pass, from one timer to the next, until it is so. Rejects when it is not within that time; default two minutes. */
  async until(isSo: () => boolean, withinMs: number = WITHIN_MS): Promise<void> {
    const { runtime } = this;
    const end = runtime.now() + withinMs;
    await runtime.settle();
    while (!isSo()) {
      const next = runtime.nextTimer ?? Number.POSITIVE_INFINITY;
      if (next > end) throw new Error(`it was not so within ${withinMs} ms: ${String(isSo)}`);
      await runtime.advance(Math.max(0, next - runtime.now()));
    }
  }

  /** Lets time pass until the promise has come to something, and answers that; at most two minutes by default. */
  async outcome<Value>(promise: Promise<Value>, withinMs?: number): Promise<Value> {
    let over = false;
    const end = (): void => void (over = true);
    promise.then(end, end);
    await this.until(() => over, withinMs);
    return promise;
  }

  /** Removes all but the newest events of each topic that matches, as retention does. */
  async trim(topics: string, maxEvents: number): Promise<void> {
    await this.#log.trim({ rules: [{ topics: parsePattern(topics), maxEvents }], now: this.runtime.now() });
  }

  /**
   * Stops the hub and starts it again on the same log, or on an empty one when it is wiped. Clients are told their slot first,
   * within `spreadMs`, by default 1 000.
   */
  async restart({ wipe = false, spreadMs = 1_000 }: { wipe?: boolean; spreadMs?: number } = {}): Promise<void> {
    await this.outcome(this.#hub.drain({ reason: "restart", spreadMs }));
    await this.outcome(this.#hub.close());
    if (wipe) this.#storage = this.#empty();
    this.#log = memoryLog(this.#storage);
    this.#hub = this.#begin();
  }

  /** Ends clients and hub. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.network.calm();
    for (const client of this.#clients) client.close();
    await this.outcome(this.#hub.close());
  }

  #empty(): MemoryStorage {
    // Seeded as everything else, so that a trace reads the same again.
    const epoch = toEpoch(this.runtime.uuid().replaceAll("-", "").slice(-8));
    return new MemoryStorage({ now: () => this.runtime.now(), epoch });
  }

  #begin(): TypedHub<Contract> {
    const storage = this.#storage;
    return createHub<Contract>({
      ...this.#options,
      log: this.#log,
      state: memoryState(storage),
      runtime: this.runtime,
    });
  }
}
