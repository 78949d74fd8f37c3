import type { Epoch, EventDraft, EventRecord, Pattern, Position, Topic } from "@fanfare/protocol";

/**
 * The ordered, durable sequence of a hub's events. Every adapter passes the conformance suite of `fanfare/testing`.
 *
 * An adapter MUST:
 * - give positions 1, 2, 3 … in commit order, so that an event can never appear before one that is already readable;
 * - make a batch all or nothing: a refused batch leaves no event, and burns no position;
 * - resolve `append` only when the batch is as durable as `capabilities.sync` says;
 * - take the same id twice as one event ({@link Log.append});
 * - keep its epoch as long as its history stands, and begin a new one when history was lost or replaced.
 */
export interface Log {
  readonly capabilities: LogCapabilities;

  /**
   * Commits the batch in its order. An event whose id the log knows, with equal topic, type, attributes and data, is
   * answered with its first position and time as a duplicate and not stored again; also inside one batch.
   * Rejects with `FanfareError` `id_conflict` (same id, different event; the whole batch is refused) or `unavailable`
   * (nothing of the batch is committed, or nobody was told that it is).
   */
  append(batch: readonly EventDraft[]): Promise<readonly Appended[]>;

  /**
   * Events after a position, ascending. Bounded work: an answer may hold fewer events than exist, even none, and says by
   * `through` how far it looked; `through` is above `after` unless `after` is the head.
   */
  read(request: ReadRequest): Promise<LogPage>;

  bounds(): Promise<LogBounds>;

  /** Topics that match any of the patterns, by name, after `after`; at most `limit`. */
  topics(request: TopicsRequest): Promise<readonly TopicStats[]>;

  /**
   * Calls the listener with every event committed after the answered head, by this or any other process, in position
   * order, none skipped and none twice. The listener never throws. An event of this handle's own `append` may be told
   * before or after that append resolves.
   */
  follow(listener: LogListener): Promise<Following>;

  /** Removes the oldest events of each topic by the first rule whose pattern matches; says how many went. */
  trim(request: TrimRequest): Promise<number>;

  /** Rejects what is not yet committed with `unavailable` and gives everything back. */
  close(): Promise<void>;
}

export interface LogCapabilities {
  readonly name: string;
  /** `"log"`: an id is known as long as the log says; otherwise for this window only. */
  readonly idempotency: "log" | { readonly windowMs: number };
  /** What an acknowledged event survives: `full` power loss, `normal` a killed process, `none` nothing. */
  readonly sync: "full" | "normal" | "none";
  /** Other processes may have the same log open. */
  readonly shared: boolean;
}

export interface Appended {
  readonly position: Position;
  readonly time: string;
  readonly duplicate: boolean;
}

export interface ReadRequest {
  readonly topics: readonly Pattern[];
  readonly after: Position;
  /** At most this many events, from 1. */
  readonly limit: number;
  /** At most this many rows looked at, from 1. */
  readonly scan: number;
  /** No further event once this many bytes are there; one event is always allowed. */
  readonly bytes: number;
}

export interface LogPage {
  readonly events: readonly EventRecord[];
  /** Every stored event of `topics` in `(after, through]` is in `events`. */
  readonly through: Position;
  /** The log's last position when it was read. */
  readonly head: Position;
  /** Highest position that retention removed from a topic of `topics`; 0 for none. Seen in the same instant as `events`. */
  readonly trimmed: Position;
}

export interface LogBounds {
  readonly epoch: Epoch;
  /** Position of the oldest stored event; `last + 1` when none is stored. */
  readonly first: Position;
  /** Position of the newest event ever committed; 0 for none. */
  readonly last: Position;
}

export interface TopicsRequest {
  readonly patterns: readonly Pattern[];
  readonly after?: string;
  readonly limit: number;
}

export interface TopicStats {
  readonly topic: Topic;
  /** Stored events. */
  readonly events: number;
  /** Bytes of the stored events, about. */
  readonly bytes: number;
  /** Positions of the oldest and newest stored event; 0 when retention took all. */
  readonly first: Position;
  readonly last: Position;
  /** Retention removed everything up to here. */
  readonly trimmed: Position;
}

export type LogListener = (events: readonly EventRecord[]) => void;

export interface Following {
  /** Following begins after this position. */
  readonly head: Position;
  stop(): void;
}

/** Retention of every single topic that matches `topics`; absent means "without such a limit". */
export interface TrimRule {
  readonly topics: Pattern;
  readonly maxAgeMs?: number;
  readonly maxEvents?: number;
  readonly maxBytes?: number;
}

export interface TrimRequest {
  readonly rules: readonly TrimRule[];
  /** Milliseconds since 1970: what ages are measured against. */
  readonly now: number;
}
