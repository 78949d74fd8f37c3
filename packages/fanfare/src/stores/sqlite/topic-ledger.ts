import { command, query, type Command, type Database, type Query } from "./database.ts";

interface Run {
  readonly topicId: number;
  events: number;
  bytes: number;
  readonly first: number;
  last: number;
}

/** How many topics keep their number at hand. */
const KNOWN_TOPICS = 50_000;

/** Numbers of topics, and their figures, which move in the transaction of the events. */
export class TopicLedger {
  readonly #known: Map<string, number> = new Map();
  readonly #find: Query<[string], [number]>;
  readonly #add: Query<[string], [number]>;
  readonly #grow: Command<[number, number, number, number, number]>;
  /** Neighbouring events of one topic and one batch, in the order of positions. */
  readonly #runs: Run[] = [];
  #run: Run | undefined;
  #kept = 0;

  constructor(db: Database) {
    this.#find = query(db, "SELECT topic_id FROM topics WHERE topic = ?");
    this.#add = query(db, "INSERT INTO topics (topic) VALUES (?) RETURNING topic_id");
    this.#grow = command(
      db,
      `UPDATE topics SET events = events + ?, bytes = bytes + ?, first = iif(first = 0, ?, first), last = ?
       WHERE topic_id = ?`,
    );
  }

  /** The topic's number, if it has one. */
  find(topic: string): number | undefined {
    return this.#known.get(topic) ?? this.#keepNumber(topic, this.#find.get(topic)?.[0]);
  }

  /** Gives a topic without number one. */
  add(topic: string): number {
    return this.#keepNumber(topic, this.#add.get(topic)?.[0]) ?? 0;
  }

  /** An event was stored. */
  grew(topicId: number, position: number, bytes: number): void {
    if (this.#run?.topicId === topicId) {
      this.#run.events += 1;
      this.#run.bytes += bytes;
      this.#run.last = position;
    } else {
      this.#run = { topicId, events: 1, bytes, first: position, last: position };
      this.#runs.push(this.#run);
    }
  }

  /** A batch is complete. */
  keep(): void {
    this.#run = undefined;
    this.#kept = this.#runs.length;
  }

  /** A batch was undone; numbers given in it may be given to others. */
  drop(): void {
    this.#known.clear();
    this.#run = undefined;
    this.#runs.length = this.#kept;
  }

  /** Writes the figures of the complete batches. */
  settle(): void {
    const topics = new Map<number, Run>();
    for (const run of this.#runs) {
      const sum = topics.get(run.topicId);
      if (sum === undefined) topics.set(run.topicId, run);
      else {
        sum.events += run.events;
        sum.bytes += run.bytes;
        sum.last = run.last;
      }
    }
    for (const { topicId, events, bytes, first, last } of topics.values())
      this.#grow.run(events, bytes, first, last, topicId);
    this.#clear();
  }

  /** The transaction was undone. */
  forget(): void {
    this.#known.clear();
    this.#clear();
  }

  #keepNumber(topic: string, topicId: number | undefined): number | undefined {
    if (topicId === undefined) return undefined;
    if (this.#known.size >= KNOWN_TOPICS) this.#known.clear();
    this.#known.set(topic, topicId);
    return topicId;
  }

  #clear(): void {
    this.#run = undefined;
    this.#runs.length = 0;
    this.#kept = 0;
  }
}
