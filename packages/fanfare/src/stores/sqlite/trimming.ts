import { matches, type Attributes, type Topic } from "@fanfare/protocol";
import type { TrimRequest, TrimRule } from "../../core/ports/log.ts";
import { eventDigest, ID_MEMORY_MS } from "../event-identity.ts";
import { command, query, type Command, type Database, type Query } from "./database.ts";

/** Rows that one slice removes or forgets at most; appends go on between slices. */
const SLICE_ROWS = 300;
/** Topics that one slice looks at, at most. */
const SLICE_TOPICS = 1_000;

type TopicRow = [topicId: number, topic: Topic, events: number, bytes: number, oldestAt: number];
type OldestRow = [
  position: number,
  id: string,
  type: string,
  time: string,
  attributes: string,
  data: string,
  bytes: number,
  appendedAt: number,
];

/** Retention of one request, topic by topic, in slices that each are one transaction. */
export class Trimming {
  readonly #request: TrimRequest;
  readonly #topics: Query<[number, number], TopicRow>;
  readonly #oldest: Query<[number, number], OldestRow>;
  readonly #remember: Command<[string, number, string, string, number]>;
  readonly #remove: Command<[number]>;
  readonly #settle: Command<[number, number, number, number]>;
  readonly #keepHead: Command<[number]>;
  readonly #forget: Command<[number, number]>;
  #room = 0;
  #topicId = 0;
  #removed = 0;

  constructor(db: Database, request: TrimRequest) {
    this.#request = request;
    this.#topics = query(
      db,
      `SELECT topics.topic_id, topic, topics.events, topics.bytes, appended_at
       FROM topics CROSS JOIN events ON position = first
       WHERE topics.topic_id > ? ORDER BY topics.topic_id LIMIT ?`,
    );
    this.#oldest = query(
      db,
      `SELECT position, id, type, time, attributes, data, bytes, appended_at FROM events
       WHERE topic_id = ? ORDER BY position LIMIT ?`,
    );
    this.#remember = command(
      db,
      "INSERT INTO remembered_ids (id, position, time, digest, trimmed_at) VALUES (?, ?, ?, ?, ?)",
    );
    this.#remove = command(db, "DELETE FROM events WHERE position = ?");
    this.#settle = command(
      db,
      `UPDATE topics SET events = events - ?1, bytes = bytes - ?2, trimmed = ?3, last = iif(events = ?1, 0, last),
         first = coalesce((SELECT min(position) FROM events WHERE topic_id = ?4), 0)
       WHERE topic_id = ?4`,
    );
    this.#keepHead = command(db, "UPDATE log SET last = max(last, ?), trims = trims + 1");
    this.#forget = command(
      db,
      `DELETE FROM remembered_ids WHERE trimmed_at < ?
       AND number IN (SELECT number FROM remembered_ids ORDER BY number LIMIT ?)`,
    );
  }

  /** Events removed so far. */
  get removed(): number {
    return this.#removed;
  }

  /** Works inside the caller's transaction; false when nothing is left to do. */
  slice(): boolean {
    this.#room = SLICE_ROWS - Number(this.#forget.run(this.#request.now - ID_MEMORY_MS, SLICE_ROWS).changes);
    const topics = this.#topics.all(this.#topicId, SLICE_TOPICS);
    for (const row of topics) {
      // A topic that used up the slice may have more to give: it is looked at again.
      if (this.#room > 0) this.#trimTopic(row);
      if (this.#room <= 0) return true;
      this.#topicId = row[0];
    }
    return topics.length === SLICE_TOPICS;
  }

  #trimTopic([topicId, topic, events, bytes, oldestAt]: TopicRow): void {
    const rule = this.#request.rules.find((candidate) => matches(candidate.topics, topic));
    if (rule === undefined || !this.#exceeds(rule, events, bytes, oldestAt)) return;
    let [count, size, through] = [0, 0, 0];
    for (const row of this.#oldest.all(topicId, this.#room)) {
      const [position, , , , , , rowBytes, appendedAt] = row;
      if (!this.#exceeds(rule, events - count, bytes - size, appendedAt)) break;
      this.#drop(topic, row);
      count += 1;
      size += rowBytes;
      through = position;
    }
    if (count === 0) return;
    this.#settle.run(count, size, through, topicId);
    this.#keepHead.run(through);
    this.#room -= count;
    this.#removed += count;
  }

  #exceeds({ maxAgeMs, maxEvents, maxBytes }: TrimRule, events: number, bytes: number, appendedAt: number): boolean {
    if (maxAgeMs !== undefined && this.#request.now - appendedAt > maxAgeMs) return true;
    return (maxEvents !== undefined && events > maxEvents) || (maxBytes !== undefined && bytes > maxBytes);
  }

  #drop(topic: Topic, [position, id, type, time, attributes, data]: OldestRow): void {
    const event = { topic, type, attributes: JSON.parse(attributes) as Attributes, data };
    this.#remove.run(position);
    this.#remember.run(id, position, time, eventDigest(event), this.#request.now);
  }
}
