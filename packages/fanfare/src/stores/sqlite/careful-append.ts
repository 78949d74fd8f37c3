import { FanfareError, isFanfareError, toPosition, type Attributes, type Topic } from "@fanfare/protocol";
import type { Appended } from "../../core/ports/log.ts";
import { eventDigest, sameEvent } from "../event-identity.ts";
import { eventSize } from "../event-size.ts";
import type { BatchAnswer } from "./append-engine.ts";
import { command, query, type Command, type Database, type Query } from "./database.ts";
import type { EventTexts } from "./event-rows.ts";
import type { TopicLedger } from "./topic-ledger.ts";
import type { Failure } from "./trouble.ts";

type Insert = [number, number, number, number, string, string, string, string, string];
type StoredRow = [position: number, topic: string, type: string, time: string, attributes: string, data: string];
type RememberedRow = [position: number, time: string, digest: string];

/** Stores batches event by event, each in a savepoint: finds duplicates, and undoes a refused batch alone. */
export class CarefulAppend {
  readonly #db: Database;
  readonly #topics: TopicLedger;
  readonly #insert: Command<Insert>;
  readonly #stored: Query<[string], StoredRow>;
  readonly #remembered: Query<[string], RememberedRow>;
  #last = 0;

  constructor(db: Database, topics: TopicLedger) {
    this.#db = db;
    this.#topics = topics;
    this.#insert = command(db, "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING");
    this.#stored = query(
      db,
      "SELECT position, topic, type, time, attributes, data FROM events JOIN topics USING (topic_id) WHERE id = ?",
    );
    this.#remembered = query(db, "SELECT position, time, digest FROM remembered_ids WHERE id = ?");
  }

  /** Answers the batch, and the position of the newest event after it. */
  append(
    batch: readonly EventTexts[],
    last: number,
    at: number,
  ): { readonly answer: BatchAnswer; readonly last: number } {
    this.#last = last;
    this.#db.exec("SAVEPOINT batch");
    try {
      const answer = batch.map((event) => this.#event(event, at));
      this.#topics.keep();
      return { answer, last: this.#last };
    } catch (error) {
      const answer = refusal(error);
      this.#db.exec("ROLLBACK TO batch");
      this.#topics.drop();
      return { answer, last };
    } finally {
      if (this.#db.isTransaction) this.#db.exec("RELEASE batch");
    }
  }

  #event(event: EventTexts, at: number): Appended {
    const known = this.#remembered.get(event.id);
    if (known !== undefined) return again(known, event);
    const { topic, id, type, time, attributes, data } = event;
    const topicId = this.#topics.find(topic) ?? this.#topics.add(topic);
    const bytes = eventSize(topic, id, type, attributes, data);
    const position = this.#last + 1;
    const { changes } = this.#insert.run(position, topicId, at, bytes, id, type, time, attributes, data);
    if (changes === 0) return this.#duplicate(event);
    this.#last = position;
    this.#topics.grew(topicId, position, bytes);
    return { position: toPosition(position), time, duplicate: false };
  }

  #duplicate(event: EventTexts): Appended {
    const [position = 0, topic = "", type = "", time = "", attributes = "{}", data = "null"] =
      this.#stored.get(event.id) ?? [];
    const stored = identified({ topic, type, attributes, data });
    if (!sameEvent(stored, identified(event))) throw conflict(event.id);
    return { position: toPosition(position), time, duplicate: true };
  }
}

/** An event that retention removed is known by its digest alone. */
function again([position, time, digest]: RememberedRow, event: EventTexts): Appended {
  if (digest !== eventDigest(identified(event))) throw conflict(event.id);
  return { position: toPosition(position), time, duplicate: true };
}

function conflict(id: string): FanfareError {
  return new FanfareError("id_conflict", `id: ${JSON.stringify(id)} is taken by a different event`);
}

function refusal(error: unknown): Failure {
  if (!isFanfareError(error)) throw error;
  return { code: error.code, message: error.message };
}

type Texts = Pick<EventTexts, "topic" | "type" | "attributes" | "data">;

function identified({ topic, type, attributes, data }: Texts): Parameters<typeof eventDigest>[0] {
  return { topic: topic as Topic, type, attributes: JSON.parse(attributes) as Attributes, data };
}
