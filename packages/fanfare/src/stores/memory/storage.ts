import { randomBytes } from "node:crypto";
import {
  FanfareError,
  START,
  toEpoch,
  toPosition,
  type Epoch,
  type EventDraft,
  type EventRecord,
  type Position,
  type Topic,
} from "@fanfare/protocol";
import type { Appended } from "../../core/ports/log.ts";
import { eventDigest, sameEvent } from "../event-identity.ts";
import { eventSize } from "../event-size.ts";

export interface MemoryOptions {
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number;
  /** Default: random. */
  readonly epoch?: Epoch;
}

/** An event with what retention asks about it. */
export interface StoredEvent {
  readonly record: EventRecord;
  readonly bytes: number;
  readonly appendedAt: number;
}

/** What stays of an event that retention removed, so that its id is not given away. */
export interface RememberedId {
  readonly position: Position;
  readonly time: string;
  readonly digest: string;
  readonly trimmedAt: number;
}

export interface StoredState {
  readonly value: string;
  readonly version: number;
  readonly expires: number;
}

/**
 * What several memory handles share, as several processes share a file: a handle that is closed and opened again on
 * the same storage is a restart.
 */
export class MemoryStorage {
  readonly epoch: Epoch;
  readonly now: () => number;
  readonly live: Map<string, StoredEvent> = new Map();
  readonly remembered: Map<string, RememberedId> = new Map();
  readonly trimmed: Map<Topic, Position> = new Map();
  readonly state: Map<string, StoredState> = new Map();
  /** The highest version of any state entry that is gone: a new entry begins above it, so that versions never return. */
  stateFloor = 0;
  /** Ascending by position. */
  events: StoredEvent[] = [];
  last: Position = START;
  readonly #followers: Set<(events: readonly EventRecord[]) => void> = new Set();
  #untold: EventRecord[] = [];

  constructor(options: MemoryOptions = {}) {
    this.now = options.now ?? Date.now;
    this.epoch = options.epoch ?? toEpoch(randomBytes(8).toString("hex"));
  }

  commit(batch: readonly EventDraft[]): readonly Appended[] {
    const fresh = new Map<string, StoredEvent>();
    const appendedAt = this.now();
    const answers = batch.map((draft): Appended => {
      const known = this.#known(draft, fresh.get(draft.id) ?? this.live.get(draft.id));
      if (known !== undefined) return { position: known.position, time: known.time, duplicate: true };
      const position = toPosition(this.last + fresh.size + 1);
      fresh.set(draft.id, { record: { ...draft, position }, bytes: draftSize(draft), appendedAt });
      return { position, time: draft.time, duplicate: false };
    });
    this.#store([...fresh.values()]);
    return answers;
  }

  /** Tells every later commit, after the call that made it and before any later one is told. */
  follow(listener: (events: readonly EventRecord[]) => void): () => void {
    // What was committed before this call and is not told yet lies before the head that the caller was answered.
    const head = this.last;
    const told = (events: readonly EventRecord[]): void => {
      const after = events.filter((event) => event.position > head);
      if (after.length > 0) listener(after);
    };
    this.#followers.add(told);
    return () => void this.#followers.delete(told);
  }

  #known(draft: EventDraft, stored: StoredEvent | undefined): { position: Position; time: string } | undefined {
    const remembered = this.remembered.get(draft.id);
    if (stored === undefined && remembered === undefined) return undefined;
    const same = stored === undefined ? remembered?.digest === eventDigest(draft) : sameEvent(stored.record, draft);
    if (!same) throw new FanfareError("id_conflict", `id: ${JSON.stringify(draft.id)} is taken by a different event`);
    return stored?.record ?? remembered;
  }

  #store(fresh: readonly StoredEvent[]): void {
    if (fresh.length === 0) return;
    for (const event of fresh) {
      this.live.set(event.record.id, event);
      this.events.push(event);
    }
    this.last = toPosition(this.last + fresh.length);
    if (this.#untold.length === 0) queueMicrotask(() => this.#tell());
    for (const event of fresh) this.#untold.push(event.record);
  }

  #tell(): void {
    const events = this.#untold;
    this.#untold = [];
    for (const follower of this.#followers) follower(events);
  }
}

function draftSize({ topic, id, type, attributes, data }: EventDraft): number {
  return eventSize(topic, id, type, JSON.stringify(attributes), data);
}
