import { START, toPosition, type EventRecord, type Position } from "@fanfare/protocol";
import type { Following, LogListener } from "../../core/ports/log.ts";

/** Joins own events and other processes' into one sequence without a hole, and tells it to the followers. */
export class FollowOrder {
  readonly #listeners: Set<{ readonly tell: LogListener }> = new Set();
  /** Own events that wait for others' before them, by their first position. */
  readonly #ahead: Map<number, readonly EventRecord[]> = new Map();
  #told: Position | undefined;

  /** True once somebody follows: until then nobody needs records of own events. */
  get active(): boolean {
    return this.#told !== undefined;
  }

  /** Adds a follower from where the sequence stands; the first one begins it at this head. */
  add(listener: LogListener, head: number): Following {
    this.#told ??= toPosition(head);
    const entry = { tell: listener };
    this.#listeners.add(entry);
    return { head: this.#told, stop: () => void this.#listeners.delete(entry) };
  }

  /** Own events at neighbouring positions. */
  own(events: readonly EventRecord[]): void {
    const [first] = events;
    if (first === undefined) return;
    this.#ahead.set(first.position, events);
    this.#advance();
  }

  /** Every event up to `through` that is not one's own and was not told before. */
  others(events: readonly EventRecord[], through: Position): void {
    // What comes before the first follower is counted in the head that it is answered.
    if (!this.active) return;
    this.#tell(events, through);
    this.#advance();
  }

  end(): void {
    this.#listeners.clear();
  }

  #advance(): void {
    for (;;) {
      const next = (this.#told ?? START) + 1;
      const events = this.#ahead.get(next);
      if (events === undefined) return;
      this.#ahead.delete(next);
      this.#tell(events, toPosition(next + events.length - 1));
    }
  }

  #tell(events: readonly EventRecord[], through: Position): void {
    this.#told = through;
    if (events.length > 0) for (const { tell } of this.#listeners) tell(events);
  }
}
