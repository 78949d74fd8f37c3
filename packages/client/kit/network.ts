import type { Door, Link, LinkEnd, LinkListener, Runtime, Transport } from "@fanfare/client";
import type { Frames, Passage, Side } from "./frames.ts";
import { Road, type RoadHost } from "./road.ts";
import { Trouble, type Fate } from "./trouble.ts";

/** What a network does with a frame at random; each a probability from 0 to 1, by default 0. */
export interface RandomTrouble {
  readonly drop?: number | undefined;
  readonly duplicate?: number | undefined;
  readonly reorder?: number | undefined;
  /** The link breaks with the frame. */
  readonly cut?: number | undefined;
  /** Each frame takes up to so many milliseconds; default 0. */
  readonly delayMs?: number | undefined;
}

/** How a hub is not reached. */
export interface Refusal extends Partial<LinkEnd> {
  /** Only so many times; default until it is ended. */
  readonly times?: number | undefined;
}

const CUT: LinkEnd = { code: 1006, reason: "cut" };
const UNREACHED: LinkEnd = { code: 1006, reason: "not reached" };

/**
 * The network between clients and a hub, in a test's hands: it drops, delays, duplicates and reorders frames, and cuts,
 * stalls and refuses links. Without troubles everything passes at once and in order.
 *
 * @example
 * const network = new Network(runtime);
 * const client = createClient({ url, runtime, transports: [network.through(webSocket())] });
 * network.drop({ method: "deliver", times: 1 });
 * network.cut();
 */
export class Network {
  readonly #runtime: Runtime;
  readonly #troubles = new Set<Trouble>();
  readonly #refusals: { readonly end: LinkEnd; left: number }[] = [];
  readonly #roads = new Set<Road>();
  readonly #blocked = new Set<Side>();
  readonly #watchers = new Set<(passage: Passage, fate: Fate) => void>();
  #tries = 0;

  /** Time and chance are the runtime's. */
  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Links that the clients hold for open. */
  get links(): number {
    return [...this.#roads].filter(({ open }) => open).length;
  }

  /** Links that were tried to open so far. */
  get tries(): number {
    return this.#tries;
  }

  /** The transport, with this network in its way. */
  through(transport: Transport): Transport {
    return { name: transport.name, open: (door, listener) => this.#open(transport, door, listener) };
  }

  /** Loses frames. */
  drop(frames: Frames = {}): Trouble {
    return this.#add(frames, () => ({ dropped: true }));
  }

  /** Lets frames pass so many milliseconds later, in their order. */
  delay(delayMs: number, frames: Frames = {}): Trouble {
    return this.#add(frames, () => ({ delayMs }));
  }

  /** Lets frames pass twice. */
  duplicate(frames: Frames = {}): Trouble {
    return this.#add(frames, () => ({ duplicated: true }));
  }

  /** Lets the frame behind each of these pass first; without one, it passes 100 ms late. */
  reorder(frames: Frames = {}): Trouble {
    return this.#add(frames, () => ({ overtaken: true }));
  }

  /** Does anything of this at random: with the chance of the runtime, so that a seed brings it again. */
  random(trouble: RandomTrouble, frames: Frames = {}): Trouble {
    const { drop = 0, duplicate = 0, reorder = 0, cut = 0, delayMs = 0 } = trouble;
    const happens = (probability: number): boolean => this.#runtime.random() < probability;
    return this.#add(frames, () => ({
      cut: happens(cut),
      dropped: happens(drop),
      duplicated: happens(duplicate),
      overtaken: happens(reorder),
      delayMs: Math.floor(this.#runtime.random() * delayMs),
    }));
  }

  /** Breaks all links; what is on its way is lost. By default as when a cable is pulled, else with a close code. */
  cut(end: Partial<LinkEnd> = {}): void {
    for (const road of [...this.#roads]) road.cut({ ...CUT, ...end });
  }

  /** Lets nothing pass any more, to one side or to both, while links seem open: what is sent waits. */
  stall(to?: Side): void {
    for (const side of sides(to)) {
      this.#blocked.add(side);
      for (const road of this.#roads) road.block(side);
    }
  }

  /** Lets pass what waited, and whatever comes. */
  resume(to?: Side): void {
    for (const side of sides(to)) {
      this.#blocked.delete(side);
      for (const road of [...this.#roads]) road.unblock(side);
    }
  }

  /** Lets nobody in: as if there were no hub, or with an HTTP status or close code. Open links stay. */
  refuse({ times = Number.POSITIVE_INFINITY, ...end }: Refusal = {}): { end(): void } {
    const refusal = { end: { ...UNREACHED, ...end }, left: times };
    this.#refusals.push(refusal);
    return { end: () => void (refusal.left = 0) };
  }

  /** Ends all troubles, refusals and stalls: everything passes again. What was lost stays lost. */
  calm(): void {
    this.#troubles.clear();
    this.#refusals.length = 0;
    this.resume();
  }

  /** Tells every frame with what happens to it, until the answered function is called. */
  watch(watcher: (passage: Passage, fate: Fate) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  #add(frames: Frames, fate: () => Fate): Trouble {
    const trouble = new Trouble(frames, fate, (one) => void this.#troubles.delete(one));
    this.#troubles.add(trouble);
    return trouble;
  }

  #open(transport: Transport, door: Door, listener: LinkListener): Link {
    this.#tries += 1;
    const refusal = this.#refusals.find(({ left }) => left > 0);
    if (refusal !== undefined) {
      refusal.left -= 1;
      return refused(refusal.end, listener);
    }
    const host: RoadHost = {
      runtime: this.#runtime,
      meet: (passage) => this.#meet(passage),
      blocked: (to) => this.#blocked.has(to),
      over: (road) => void this.#roads.delete(road),
    };
    const road = new Road(transport, door, listener, host);
    this.#roads.add(road);
    return road;
  }

  #meet(passage: Passage): Fate {
    const fate: Fate = {};
    for (const trouble of [...this.#troubles]) Object.assign(fate, whatIsTrue(trouble.meet(passage)));
    for (const watcher of [...this.#watchers]) watcher(passage, fate);
    return fate;
  }
}

/** What a trouble does, without what it does not do: that is for the others to say. */
function whatIsTrue(fate: Fate = {}): Fate {
  return Object.fromEntries(Object.entries(fate).filter(([, does]) => Boolean(does)));
}

function sides(to: Side | undefined): readonly Side[] {
  return to === undefined ? ["hub", "client"] : [to];
}

function refused(end: LinkEnd, listener: LinkListener): Link {
  let left = false;
  void Promise.resolve().then(() => left || listener.closed(end));
  return { send: () => {}, close: () => void (left = true) };
}
