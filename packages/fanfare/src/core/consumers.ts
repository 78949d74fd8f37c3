import {
  FanfareError,
  formatCursor,
  parseCursor,
  utf8Bytes,
  type Cursor,
  type Epoch,
  type Limits,
  type Position,
  type Scope,
} from "@fanfare/protocol";
import type { ConsumerNotice, Notices } from "./notices.ts";
import type { State } from "./ports/state.ts";

/** Where a named consumer goes on: what was acknowledged last, and under which scope. */
export interface ConsumerPlace {
  readonly cursor: Cursor;
  readonly scope: string;
  /** Grows with every subscription that is served: of two, the one with the higher number goes on. */
  readonly generation: number;
}

/** How often a write that another one overtook is tried again. */
const ATTEMPTS = 16;

/** Consumers whose latest generation is remembered. */
const REMEMBERED = 10_000;

/** What an acknowledged cursor is held against. */
export interface AckBounds {
  readonly epoch: Epoch;
  /** The last position that was delivered. */
  readonly limit: Position;
  readonly scope: Scope | undefined;
}

type Change<Answer> = (
  place: ConsumerPlace | undefined,
) => Promise<{ readonly place: ConsumerPlace; readonly answer: Answer }>;

/** Named durable cursors: each belongs to one `sub`, is served to one subscription at a time, and moves by `ack` only forward. */
export class Consumers {
  readonly #state: State;
  readonly #notices: Notices;
  readonly #limits: Limits;
  /** The subscriptions that are served here, by consumer. */
  readonly #served = new Map<string, { readonly generation: number; readonly end: () => void }>();

  /** The latest generation of each consumer that was heard of. */
  readonly #latest = new Map<string, number>();

  constructor(options: { readonly state: State; readonly notices: Notices; readonly limits: Limits }) {
    this.#state = options.state;
    this.#notices = options.notices;
    this.#limits = options.limits;
  }

  async place(sub: string, name: string): Promise<ConsumerPlace | undefined> {
    this.#checkName(name);
    const entry = await this.#state.get(keyOf(sub, name));
    return entry === undefined ? undefined : (JSON.parse(entry.value) as ConsumerPlace);
  }

  /**
   * Claims the consumer for a subscription that is about to be served; one that is not known yet begins at `first`.
   * Answers the claim's generation. Throws `limit_exceeded`.
   */
  async claim(sub: string, name: string, first: Pick<ConsumerPlace, "cursor" | "scope">): Promise<number> {
    return this.#change(sub, name, async (place) => {
      if (place === undefined) await this.#requireRoom(sub);
      const generation = (place?.generation ?? 0) + 1;
      return { place: { ...(place ?? first), generation }, answer: generation };
    });
  }

  /** Serves the consumer here from now on; whoever was served before, here or in another process, is ended. */
  serve(sub: string, name: string, generation: number, end: () => void): void {
    const key = keyOf(sub, name);
    // Between our claim and this a later one may have been served already.
    if ((this.#latest.get(key) ?? 0) > generation) return end();
    const former = this.#served.get(key);
    this.#learn(key, generation);
    this.#served.set(key, { generation, end });
    former?.end();
    this.#notices.publish({ kind: "consumer", key, generation });
  }

  /** The subscription is gone; a later one's place is left alone. */
  release(sub: string, name: string, end: () => void): void {
    const key = keyOf(sub, name);
    if (this.#served.get(key)?.end === end) this.#served.delete(key);
  }

  /** Another process serves the consumer; an earlier one than ours is about to hear of us. */
  hear({ key, generation }: ConsumerNotice): void {
    if ((this.#latest.get(key) ?? 0) > generation) return;
    this.#learn(key, generation);
    const served = this.#served.get(key);
    this.#served.delete(key);
    served?.end();
  }

  /**
   * Moves the consumer to the cursor unless it is further already; answers where it then is. `scope` is what the cursor
   * was delivered under; without one the consumer keeps the scope that it has.
   * Throws `not_found`, or `invalid_ack` for a cursor of another epoch or beyond `limit`.
   */
  async ack(sub: string, name: string, cursor: string, bounds: AckBounds): Promise<Cursor> {
    const { epoch, position } = parseCursor(cursor);
    return this.#change(sub, name, async (place) => {
      if (place === undefined) throw new FanfareError("not_found", `consumer: there is no "${name.slice(0, 80)}"`);
      if (epoch !== bounds.epoch || position > bounds.limit)
        throw new FanfareError("invalid_ack", `cursor: ${cursor} was not delivered`);
      const known = parseCursor(place.cursor);
      if (known.epoch === epoch && known.position > position) return { place, answer: place.cursor };
      const moved = { ...place, cursor: formatCursor(epoch, position), scope: bounds.scope ?? place.scope };
      return { place: moved, answer: moved.cursor };
    });
  }

  #learn(key: string, generation: number): void {
    this.#latest.delete(key);
    this.#latest.set(key, generation);
    const [oldest] = this.#latest.keys();
    if (this.#latest.size > REMEMBERED && oldest !== undefined) this.#latest.delete(oldest);
  }

  /** Writes what the change makes of the place, and asks it again where another write came between. */
  async #change<Answer>(sub: string, name: string, change: Change<Answer>): Promise<Answer> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const entry = await this.#state.get(keyOf(sub, name));
      const known = entry === undefined ? undefined : (JSON.parse(entry.value) as ConsumerPlace);
      const { place, answer } = await change(known);
      const value = JSON.stringify(place);
      if (value === entry?.value) return answer;
      if ((await this.#state.put(keyOf(sub, name), value, { expect: entry?.version ?? 0 })) !== undefined)
        return answer;
    }
    throw new FanfareError("unavailable", "consumer: others moved it at the same time; try again");
  }

  async #requireRoom(sub: string): Promise<void> {
    const count = (await this.#state.list(prefixOf(sub))).length;
    const most = this.#limits.consumersPerIdentity;
    if (count >= most)
      throw new FanfareError("limit_exceeded", `consumer: ${count} exist, at most ${most} are allowed`);
  }

  #checkName(name: string): void {
    if (name === "" || utf8Bytes(name) > this.#limits.nameBytes)
      throw new FanfareError("invalid_request", `consumer: must have 1 to ${this.#limits.nameBytes} bytes`);
  }
}

function prefixOf(sub: string): string {
  return `consumer:${encodeURIComponent(sub)}:`;
}

function keyOf(sub: string, name: string): string {
  return prefixOf(sub) + name;
}
