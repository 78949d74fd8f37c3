import type { FanfareEvent } from "@fanfare/protocol";
import type { TestHub } from "@fanfare/client/testing";

/** Everything that any log of a hub ever committed, with what retention took since. */
export class Ledger {
  readonly #hub: TestHub;
  readonly #logs = new Map<string, FanfareEvent[]>();
  readonly #removed = new Set<FanfareEvent>();
  #looked = "";

  constructor(hub: TestHub) {
    this.#hub = hub;
  }

  /** Where the log ends. */
  get head(): Place {
    return toPlace(this.#hub.cursor);
  }

  get epochs(): readonly string[] {
    this.look();
    return [...this.#logs.keys()];
  }

  /** What this log ever committed, in its order: the event of position n is the n-th. */
  events(epoch: string): readonly FanfareEvent[] {
    this.look();
    return this.#logs.get(epoch) ?? [];
  }

  isRemoved(event: FanfareEvent): boolean {
    return this.#removed.has(event);
  }

  /** Notes what is new. Must be called before anything is removed. */
  look(): void {
    const { cursor } = this.#hub;
    if (cursor === this.#looked) return;
    this.#looked = cursor;
    const { epoch } = this.head;
    const known = this.#logs.get(epoch) ?? [];
    this.#logs.set(epoch, known);
    known.push(...this.#hub.events.filter(({ position }) => position > known.length));
  }

  /** Removes events as retention does; answers how many. */
  async trim(topics: string, maxEvents: number): Promise<number> {
    const events = this.events(this.head.epoch);
    await this.#hub.trim(topics, maxEvents);
    const left = new Set<number>(this.#hub.events.map(({ position }) => position));
    const before = this.#removed.size;
    for (const event of events) if (!left.has(event.position)) this.#removed.add(event);
    return this.#removed.size - before;
  }
}

export interface Place {
  readonly epoch: string;
  readonly position: number;
}

export function toPlace(cursor: string): Place {
  const [epoch = "", position] = cursor.split(":");
  return { epoch, position: Number(position) };
}
