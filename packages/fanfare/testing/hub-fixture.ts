import type { Signal } from "@fanfare/protocol";
import { memoryBus, memoryLog, memoryState } from "../src/memory.ts";
import type { Hub } from "../src/core/hub.ts";
import { HubCore } from "../src/core/hub-core.ts";
import { ROOT, type Identity } from "../src/core/identity.ts";
import type { HubCoreOptions } from "../src/core/options.ts";
import type { Connection, EncodedDelivery, Wire } from "../src/core/ports/connection.ts";
import type { Runtime } from "../src/core/ports/runtime.ts";
import type { Session } from "../src/core/session.ts";

/** A clock that moves only when it is told. */
export class ManualRuntime implements Runtime {
  #now = 1_800_000_000_000;
  #count = 0;
  #soon: (() => void)[] = [];
  #timers: { at: number; task: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  later(ms: number, task: () => void): { cancel(): void } {
    const timer = { at: this.#now + ms, task };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  uuid(): string {
    this.#count += 1;
    return `id-${this.#count}`;
  }

  random(): number {
    return 0.5;
  }

  hash(text: string): string {
    return text;
  }

  /** Lets promises and the tasks of this tick run until nothing is left to do. */
  async settle(): Promise<void> {
    for (let idle = 0; idle < 3;) {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      const tasks = this.#soon;
      this.#soon = [];
      for (const task of tasks) task();
      idle = tasks.length === 0 ? idle + 1 : 0;
    }
  }

  /** Moves the clock on, timer by timer. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.toSorted((left, right) => left.at - right.at);
      if (next === undefined || next.at > until) break;
      this.#now = next.at;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.task();
      await this.settle();
    }
    this.#now = until;
    await this.settle();
  }
}

export type Told =
  | { readonly kind: "deliver"; readonly delivery: EncodedDelivery }
  | { readonly kind: "signal"; readonly signal: Signal }
  | { readonly kind: "ended"; readonly subscription: string; readonly code: string; readonly cursor: string }
  | { readonly kind: "goaway"; readonly reconnectAfterMs: number };

/** A wire format that keeps what it is told as it is, and counts. */
export class RecordingWire implements Wire<Told> {
  readonly name = "recording";
  encoded = 0;

  deliver(delivery: EncodedDelivery): Told {
    this.encoded += 1;
    return { kind: "deliver", delivery };
  }

  signal(signal: Signal): Told {
    this.encoded += 1;
    return { kind: "signal", signal };
  }

  ended(subscription: string, code: string, cursor: string): Told {
    return { kind: "ended", subscription, code, cursor };
  }

  goaway(reconnectAfterMs: number): Told {
    return { kind: "goaway", reconnectAfterMs };
  }
}

/** A client that remembers what it was written, and may stop taking more. */
export class Recorder implements Connection<Told> {
  readonly wire: RecordingWire;
  readonly writes: Told[][] = [];
  /** What `write` answers. */
  takes = true;
  closed: { readonly code: number; readonly message: string } | undefined;

  constructor(wire: RecordingWire = new RecordingWire()) {
    this.wire = wire;
  }

  write(chunks: readonly Told[]): boolean {
    this.writes.push([...chunks]);
    return this.takes;
  }

  close(code: number, message: string): void {
    this.closed = { code, message };
  }

  get told(): readonly Told[] {
    return this.writes.flat();
  }

  get deliveries(): readonly EncodedDelivery[] {
    return this.told.flatMap((told) => (told.kind === "deliver" ? [told.delivery] : []));
  }

  /** Positions of the events that were delivered, in the order they came. */
  get positions(): readonly number[] {
    return this.deliveries.flatMap(({ entries }) => entries.map(({ position }) => Number(position)));
  }

  get signals(): readonly Signal[] {
    return this.told.flatMap((told) => (told.kind === "signal" ? [told.signal] : []));
  }
}

export interface Fixture {
  readonly hub: Hub;
  readonly runtime: ManualRuntime;
  /** Connects a client that subscribes under the id `1`. */
  join(params: JoinParams): Promise<Joined>;
  /** Publishes so many events, one batch each, and lets them be delivered. */
  publish(topic: string, count: number, attributes?: Readonly<Record<string, string | number>>): Promise<void>;
}

export interface JoinParams {
  readonly topics: readonly string[];
  readonly after?: string;
  readonly scope?: string;
  readonly filter?: NonNullable<Parameters<Session["subscribe"]>[0]["filter"]>;
  readonly delivery?: NonNullable<Parameters<Session["subscribe"]>[0]["delivery"]>;
  readonly consumer?: string;
  readonly profile?: string;
  readonly identity?: Identity;
  readonly wire?: RecordingWire;
}

export interface Joined {
  readonly client: Recorder;
  readonly session: Session;
  readonly cursor: string;
  readonly scope: string;
  readonly head: string;
  readonly recovered: boolean;
}

export function createFixture(options: Partial<HubCoreOptions> = {}): Fixture {
  const runtime = new ManualRuntime();
  const hub = new HubCore({ log: memoryLog(), state: memoryState(), bus: memoryBus(), runtime, ...options });
  return {
    hub,
    runtime,
    async join({ identity = ROOT, wire, profile, ...params }) {
      await hub.ready();
      const client = new Recorder(wire);
      const session = hub.connect(client, { identity, transport: "websocket", profile });
      const opening = await session.subscribe({ ...params, subscription: "1" });
      opening.start();
      await runtime.settle();
      return { client, session, ...opening.result };
    },
    async publish(topic, count, attributes = {}) {
      for (let index = 0; index < count; index += 1)
        await hub.publish(topic, { type: "test", attributes, data: index });
      await runtime.settle();
    },
  };
}
