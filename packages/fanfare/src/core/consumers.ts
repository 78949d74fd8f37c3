import {
  FanfareError,
  formatCursor,
  parseCursor,
  toPosition,
  utf8Bytes,
  type Cursor,
  type Epoch,
  type Limits,
  type Position,
  type Scope,
} from "@fanfare/protocol";
import type { Notices } from "./notices.ts";
import type { State } from "./ports/state.ts";

/** Where a named consumer goes on. */
export interface ConsumerPlace {
  readonly cursor: Cursor;
  readonly scope: string;
}

/** How often a write that another one overtook is tried again. */
const ATTEMPTS = 16;

/** Named durable cursors: each belongs to one `sub`, is served to one subscription at a time, and moves by `ack` only forward. */
export class Consumers {
  readonly #state: State;
  readonly #notices: Notices;
  readonly #limits: Limits;
  /** How to end the subscription that is served here, by consumer. */
  readonly #served = new Map<string, () => void>();

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

  /** Registers a consumer that is not known yet. Throws `limit_exceeded`. */
  async register(sub: string, name: string, place: ConsumerPlace): Promise<void> {
    const count = (await this.#state.list(prefixOf(sub))).length;
    if (count >= this.#limits.consumersPerIdentity)
      throw new FanfareError(
        "limit_exceeded",
        `consumer: ${count} exist, at most ${this.#limits.consumersPerIdentity} are allowed`,
      );
    await this.#state.put(keyOf(sub, name), JSON.stringify(place), { expect: 0 });
  }

  /** Serves the consumer here; whoever was served before, here or in another process, is ended. */
  take(sub: string, name: string, end: () => void): void {
    const key = keyOf(sub, name);
    this.#served.get(key)?.();
    this.#served.set(key, end);
    this.#notices.publish({ kind: "consumer", key });
  }

  /** The subscription is gone; a later one's place is left alone. */
  release(sub: string, name: string, end: () => void): void {
    const key = keyOf(sub, name);
    if (this.#served.get(key) === end) this.#served.delete(key);
  }

  hear(key: string): void {
    this.#served.get(key)?.();
    this.#served.delete(key);
  }

  /**
   * Moves the consumer to the cursor unless it is further already; answers where it then is.
   * Throws `not_found`, or `invalid_ack` for a cursor of another epoch or beyond `limit`.
   */
  async ack(
    sub: string,
    name: string,
    cursor: string,
    bounds: { readonly epoch: Epoch; readonly limit: Position },
  ): Promise<Cursor> {
    const { epoch, position } = parseCursor(cursor);
    if (epoch !== bounds.epoch || position > bounds.limit)
      throw new FanfareError("invalid_ack", `cursor: ${cursor} was not delivered`);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const entry = await this.#state.get(keyOf(sub, name));
      if (entry === undefined) throw new FanfareError("not_found", `consumer: there is no "${name.slice(0, 80)}"`);
      const place = JSON.parse(entry.value) as ConsumerPlace;
      const known = parseCursor(place.cursor);
      if (known.epoch === epoch && known.position >= position) return place.cursor;
      const next = { ...place, cursor: formatCursor(epoch, toPosition(position)) };
      if ((await this.#state.put(keyOf(sub, name), JSON.stringify(next), { expect: entry.version })) !== undefined)
        return next.cursor;
    }
    throw new FanfareError("unavailable", "consumer: others moved it at the same time; try again");
  }

  /** Remembers under which scope the consumer reads from now on. */
  async rescope(sub: string, name: string, scope: Scope): Promise<void> {
    const entry = await this.#state.get(keyOf(sub, name));
    if (entry === undefined) return;
    const place = JSON.parse(entry.value) as ConsumerPlace;
    if (place.scope !== scope)
      await this.#state.put(keyOf(sub, name), JSON.stringify({ ...place, scope }), { expect: entry.version });
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
