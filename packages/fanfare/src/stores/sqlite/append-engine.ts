import { FanfareError, isFanfareError, toPosition, type Attributes, type Topic } from "@fanfare/protocol";
import type { Appended } from "../../core/ports/log.ts";
import { eventDigest, sameEvent } from "../event-identity.ts";
import { eventSize } from "../event-size.ts";
import { command, query, type Command, type Database, type Query } from "./database.ts";
import { textsAt } from "./event-rows.ts";
import { HEAD } from "./head.ts";
import { TopicLedger } from "./topic-ledger.ts";
import type { Failure } from "./trouble.ts";

/** Batches of one tick, flat. */
export interface AppendRequest {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Events of each batch. */
  readonly counts: readonly number[];
  readonly fields: readonly string[];
}

/** The first position when every event of the batch was new; otherwise each answer, or why the batch was refused. */
export type BatchAnswer = number | readonly Appended[] | Failure;

type Insert = [number, number, number, number, string, string, string, string, string];
type RememberedRow = [position: number, time: string, digest: string];
type StoredRow = [position: number, topic: string, type: string, time: string, attributes: string, data: string];

/** Thrown where a batch must be undone alone and cannot be. */
export class UndoNeeded extends Error {}

/** Stores batches inside the caller's transaction. */
export class AppendEngine {
  readonly #db: Database;
  readonly #topics: TopicLedger;
  readonly #insert: Command<Insert>;
  readonly #stored: Query<[string], StoredRow>;
  readonly #remembered: Query<[string], RememberedRow>;
  readonly #head: Query<[], [last: number, openers: number, remembers: number]>;
  #last = 0;
  #remembers = false;
  #undoable = false;

  constructor(db: Database) {
    this.#db = db;
    this.#topics = new TopicLedger(db);
    this.#insert = command(db, "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING");
    this.#stored = query(
      db,
      "SELECT position, topic, type, time, attributes, data FROM events JOIN topics USING (topic_id) WHERE id = ?",
    );
    this.#remembered = query(db, "SELECT position, time, digest FROM remembered_ids WHERE id = ?");
    this.#head = query(db, `SELECT ${HEAD}, openers, EXISTS (SELECT 1 FROM remembered_ids) FROM log`);
  }

  /**
   * Answers the position of the newest event and the number of open handles, as the transaction sees them.
   *
   * @param undoable - whether each batch can be undone alone, which costs half as much again for every event; without
   *   it a refused batch of several events throws {@link UndoNeeded}, and the caller begins again
   */
  begin(undoable: boolean): { readonly last: number; readonly openers: number } {
    const [last, openers, remembers] = this.#head.get() ?? [0, 1, 0];
    this.#last = last;
    this.#remembers = remembers === 1;
    this.#undoable = undoable;
    return { last, openers };
  }

  append({ at, counts, fields }: AppendRequest): readonly BatchAnswer[] {
    let index = 0;
    return counts.map((count) => {
      const answer =
        count > 1 && this.#undoable ? this.#apart(fields, index, count, at) : this.#plain(fields, index, count, at);
      index += count;
      return answer;
    });
  }

  /** Writes what the batches changed besides their events; answers the head. */
  end(before: number): number {
    if (this.#last === before) return before;
    this.#topics.settle();
    return this.#last;
  }

  /** The transaction was undone. */
  undone(): void {
    this.#topics.forget();
  }

  #plain(fields: readonly string[], index: number, count: number, at: number): BatchAnswer {
    try {
      return this.#batch(fields, index, count, at);
    } catch (error) {
      const answer = refusal(error);
      // A refused event alone has stored nothing that would have to be undone.
      if (count > 1) throw new UndoNeeded("a batch of several events was refused");
      return answer;
    }
  }

  #apart(fields: readonly string[], index: number, count: number, at: number): BatchAnswer {
    const before = this.#last;
    this.#db.exec("SAVEPOINT batch");
    try {
      return this.#batch(fields, index, count, at);
    } catch (error) {
      const answer = refusal(error);
      this.#db.exec("ROLLBACK TO batch");
      this.#topics.drop();
      this.#last = before;
      return answer;
    } finally {
      if (this.#db.isTransaction) this.#db.exec("RELEASE batch");
    }
  }

  #batch(fields: readonly string[], index: number, count: number, at: number): BatchAnswer {
    const base = this.#last + 1;
    let answers: Appended[] | undefined;
    for (let offset = 0; offset < count; offset += 1) {
      const known = this.#event(fields, index + offset, at);
      if (known !== undefined) answers ??= freshAnswers(fields, index, base, offset);
      answers?.push(known ?? freshAnswer(fields, index + offset, this.#last));
    }
    this.#topics.keep();
    return answers ?? base;
  }

  /** Stores the event, or answers as what the log knows it. */
  #event(fields: readonly string[], index: number, at: number): Appended | undefined {
    const [topic, id, type, time, attributes, data] = textsAt(fields, index);
    const bytes = eventSize(topic, id, type, attributes, data);
    const position = this.#last + 1;
    const remembered = this.#remembers ? this.#remembered.get(id) : undefined;
    if (remembered !== undefined) return again(remembered, eventDigest(identified(topic, type, attributes, data)), id);
    const topicId = this.#topics.find(topic) ?? this.#newTopic(topic, id);
    const { changes } = this.#insert.run(position, topicId, at, bytes, id, type, time, attributes, data);
    if (changes === 0) return this.#duplicate(topic, id, type, attributes, data);
    this.#last = position;
    this.#topics.grew(topicId, position, bytes);
    return undefined;
  }

  /** A refused event must leave no topic behind, and one that names a new topic is never a duplicate. */
  #newTopic(topic: string, id: string): number {
    if (this.#stored.get(id) !== undefined) throw conflict(id);
    return this.#topics.add(topic);
  }

  #duplicate(topic: string, id: string, type: string, attributes: string, data: string): Appended {
    const draft = identified(topic, type, attributes, data);
    const [position = 0, itsTopic = "", itsType = "", time = "", itsAttributes = "{}", itsData = "null"] =
      this.#stored.get(id) ?? [];
    if (!sameEvent(identified(itsTopic, itsType, itsAttributes, itsData), draft)) throw conflict(id);
    return { position: toPosition(position), time, duplicate: true };
  }
}

/** An event that is known by its digest alone. */
function again([position, time, known]: RememberedRow, digest: string, id: string): Appended {
  if (known !== digest) throw conflict(id);
  return { position: toPosition(position), time, duplicate: true };
}

function conflict(id: string): FanfareError {
  return new FanfareError("id_conflict", `id: ${JSON.stringify(id)} is taken by a different event`);
}

function refusal(error: unknown): Failure {
  if (!isFanfareError(error)) throw error;
  return { code: error.code, message: error.message };
}

function identified(topic: string, type: string, attributes: string, data: string): Parameters<typeof eventDigest>[0] {
  return { topic: topic as Topic, type, attributes: JSON.parse(attributes) as Attributes, data };
}

function freshAnswers(fields: readonly string[], index: number, base: number, count: number): Appended[] {
  return Array.from({ length: count }, (_, offset) => freshAnswer(fields, index + offset, base + offset));
}

function freshAnswer(fields: readonly string[], index: number, position: number): Appended {
  return { position: toPosition(position), time: textsAt(fields, index)[3], duplicate: false };
}
