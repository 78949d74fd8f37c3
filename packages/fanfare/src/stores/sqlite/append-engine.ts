import type { Appended } from "../../core/ports/log.ts";
import { eventSize } from "../event-size.ts";
import { BulkInsert } from "./bulk-insert.ts";
import { CarefulAppend } from "./careful-append.ts";
import { query, type Database, type Query } from "./database.ts";
import { unpackEvents, type EventTexts, type PackedEvents } from "./event-rows.ts";
import { HEAD } from "./head.ts";
import { TopicLedger } from "./topic-ledger.ts";
import type { Failure } from "./trouble.ts";

/** Batches of one tick, flat. */
export interface AppendRequest {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Events of each batch. */
  readonly counts: readonly number[];
  readonly packed: PackedEvents;
}

/** The first position when every event of the batch was new; otherwise each answer, or why the batch was refused. */
export type BatchAnswer = number | readonly Appended[] | Failure;

/**
 * How a group is stored: `swift` takes every event to be new and throws `NotNew` when one is not; `careful` finds
 * duplicates and refuses batches one by one, at twice the cost.
 */
export type AppendMode = "swift" | "careful";

/** Stores batches inside the caller's transaction. */
export class AppendEngine {
  readonly #topics: TopicLedger;
  readonly #bulk: BulkInsert;
  readonly #careful: CarefulAppend;
  readonly #head: Query<[], [last: number, openers: number, remembers: number]>;
  #mode: AppendMode = "swift";
  #last = 0;
  #remembers = false;

  constructor(db: Database) {
    this.#topics = new TopicLedger(db);
    this.#bulk = new BulkInsert(db);
    this.#careful = new CarefulAppend(db, this.#topics);
    this.#head = query(db, `SELECT ${HEAD}, openers, EXISTS (SELECT 1 FROM remembered_ids) FROM log`);
  }

  /** Answers the position of the newest event and the number of open handles, as the transaction sees them. */
  begin(mode: AppendMode): { readonly last: number; readonly openers: number } {
    const [last, openers, remembers] = this.#head.get() ?? [0, 1, 0];
    this.#mode = mode;
    this.#last = last;
    this.#remembers = remembers === 1;
    return { last, openers };
  }

  append({ at, counts, packed }: AppendRequest): readonly BatchAnswer[] {
    const events = unpackEvents(packed);
    let from = 0;
    return counts.map((count) => {
      const batch = events.slice(from, from + count);
      from += count;
      return this.#mode === "swift" ? this.#store(batch, at) : this.#storeWithCare(batch, at);
    });
  }

  /** Writes what is left to write; answers the head. */
  end(): number {
    this.#bulk.flush();
    this.#topics.settle();
    return this.#last;
  }

  /** The transaction was undone. */
  undone(): void {
    this.#bulk.clear();
    this.#topics.forget();
  }

  #store(batch: readonly EventTexts[], at: number): number {
    const base = this.#last + 1;
    for (const event of batch) {
      const { topic, id, type, attributes, data } = event;
      const bytes = eventSize(topic, id, type, attributes, data);
      const topicId = this.#topics.find(topic) ?? this.#topics.add(topic);
      this.#last += 1;
      this.#bulk.add(event, this.#last, topicId, at, bytes, this.#remembers);
      this.#topics.grew(topicId, this.#last, bytes);
    }
    this.#topics.keep();
    return base;
  }

  #storeWithCare(batch: readonly EventTexts[], at: number): BatchAnswer {
    const { answer, last } = this.#careful.append(batch, this.#last, at);
    this.#last = last;
    return answer;
  }
}
