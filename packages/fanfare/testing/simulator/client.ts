import type { Delivery } from "@fanfare/protocol";
import type { Identity } from "../../src/core/identity.ts";
import type { Connection } from "../../src/core/ports/connection.ts";
import type { Session } from "../../src/core/session.ts";
import type { SubscriptionRecord } from "./subscription-record.ts";
import type { Chunk, SimulatedWire } from "./wire.ts";
import type { Node, World } from "./world.ts";

export interface ClientOptions {
  readonly name: string;
  readonly node: Node;
  readonly wire: SimulatedWire;
  readonly profile: string | undefined;
  /** Asked after each write: has it had enough? */
  readonly tires: () => boolean;
  /** It never takes more again once it has had enough. */
  readonly dead: boolean;
  readonly world: World;
}

/** A client over an in-memory connection that now and then takes nothing, and that knows what it may be written. */
export class SimulatedClient implements Connection<Chunk> {
  readonly wire: SimulatedWire;
  readonly options: ClientOptions;
  readonly subscriptions: Map<string, SubscriptionRecord> = new Map();
  /** Ids whose answer is on its way. */
  readonly opening: Set<string> = new Set();
  /** Subscriptions that are over, with what they were told. */
  readonly over: SubscriptionRecord[] = [];
  identity: Identity;
  session: Session | undefined;
  /** When it stopped taking more; undefined while it takes. */
  stalledSince: number | undefined;
  closedWith: number | undefined;
  gone = false;
  cameBack = false;
  /** Nothing may be written any more, whatever the hub believes. */
  barred = false;
  #lastTask = -1;

  constructor(identity: Identity, options: ClientOptions) {
    this.identity = identity;
    this.options = options;
    this.wire = options.wire;
  }

  get open(): boolean {
    return !this.gone && this.closedWith === undefined;
  }

  write(chunks: readonly Chunk[]): boolean {
    const { world, tires } = this.options;
    const { task, findings } = world;
    const now = world.runtime.now();
    findings.note(() => `${this.options.name} is written ${JSON.stringify(chunks)}`);
    findings.count("writes");
    if (!this.open) this.#fault("was written after its end");
    if (this.barred) this.#fault("was written although its credential was revoked");
    if (this.identity.expires !== undefined && now > this.identity.expires) this.#fault("was written after its expiry");
    if (this.#lastTask === task) this.#fault("was written twice in one tick");
    this.#lastTask = task;
    this.#checkSize(chunks);
    for (const chunk of chunks) this.#take(chunk);
    if (tires()) {
      findings.count("stalls");
      this.stalledSince ??= now;
    }
    return this.stalledSince === undefined;
  }

  close(code: number): void {
    const { findings, runtime, scenario } = this.options.world;
    findings.note(() => `${this.options.name} is closed with ${code}`);
    findings.count(`closed ${code}`);
    if (!this.open) this.#fault("was closed after its end");
    if (code === 4408 && runtime.now() - (this.stalledSince ?? runtime.now()) < scenario.hub.stallTimeoutMs)
      this.#fault("was given up as stalled too early");
    this.closedWith = code;
    this.#end();
  }

  /** It takes more again. */
  drained(): void {
    this.stalledSince = undefined;
    this.session?.ready();
  }

  /** It goes by itself. */
  leave(): void {
    this.gone = true;
    this.session?.closed();
    this.#end();
  }

  add(record: SubscriptionRecord): void {
    this.subscriptions.set(record.id, record);
  }

  remove(record: SubscriptionRecord): void {
    this.subscriptions.delete(record.id);
    this.over.push(record);
    this.options.world.signals.forget(this, record.id);
  }

  #end(): void {
    for (const record of [...this.subscriptions.values()]) this.remove(record);
  }

  #take(chunk: Chunk): void {
    const { findings, signals } = this.options.world;
    if (chunk.wire !== this.wire.name) this.#fault(`was written the format ${chunk.wire}`);
    switch (chunk.kind) {
      case "deliver":
        return this.#takeDelivery(chunk.delivery);
      case "signal":
        if (this.stalledSince !== undefined) this.#fault("was written a signal while it takes nothing");
        return signals.arrived(this, chunk.signal);
      case "ended": {
        const record = this.subscriptions.get(chunk.subscription);
        findings.count(`ended ${chunk.code}`);
        if (record === undefined) return this.#fault(`was told of the end of ${chunk.subscription}, which is not open`);
        if (record.told && record.cursor !== chunk.cursor)
          this.#fault(`was told that ${chunk.subscription} ended at ${chunk.cursor}, but it is at ${record.cursor}`);
        return this.remove(record);
      }
      case "goaway":
        return undefined;
    }
  }

  #takeDelivery(delivery: Delivery): void {
    const { findings, head } = this.options.world;
    const record = this.subscriptions.get(delivery.subscription);
    if (this.stalledSince !== undefined) this.#fault("was written a delivery while it takes nothing");
    if (record === undefined) return this.#fault(`was delivered to ${delivery.subscription}, which is not open`);
    if (!record.started) this.#fault(`was delivered to ${record.name} before it was started`);
    if (Number(delivery.cursor.split(":")[1]) > head)
      this.#fault(`was told ${delivery.cursor} when the log ended at ${head}`);
    findings.count(delivery.gap === undefined ? "deliveries" : `gap ${delivery.gap.reason}`);
    if (delivery.events.length === 0 && delivery.gap === undefined) findings.count("heartbeats");
    findings.count("events", delivery.events.length);
    record.take(delivery);
  }

  #checkSize(chunks: readonly Chunk[]): void {
    const { flushEvents, flushBytes } = this.options.world.scenario.hub;
    const deliveries = chunks.filter((chunk) => chunk.kind === "deliver");
    const events = deliveries.reduce((sum, chunk) => sum + chunk.events, 0);
    const bytes = deliveries.reduce((sum, chunk) => sum + chunk.bytes, 0);
    if (events > flushEvents) this.#fault(`was written ${events} events at once, of ${flushEvents}`);
    if (bytes > flushBytes && events > 1)
      this.#fault(`was written ${bytes} bytes in ${events} events, of ${flushBytes}`);
  }

  #fault(message: string): void {
    this.options.world.findings.report(`${this.options.name} ${message}`);
  }
}
