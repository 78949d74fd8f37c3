import type { Cursor, Position } from "./cursor.ts";
import type { FanfareEvent } from "./event.ts";
import type { Json } from "./json.ts";

/**
 * Why events of a range are not there:
 * - `slow`: the subscriber could not keep up under policy `latest`; nothing of the range is sent.
 * - `superseded`: policy `conflate`; newer events of the same key stand for the missing ones.
 * - `trimmed`: retention removed events of a matching topic.
 * - `scope`: the cursor was made under another predicate; what this one would have added before it is unknown.
 * - `reset`: the cursor belongs to another epoch or lies beyond the log's end; reading goes on at the start.
 */
export type GapReason = "slow" | "superseded" | "trimmed" | "scope" | "reset";

/** Said loss: covers the positions `(from, to]`. */
export interface Gap {
  readonly reason: GapReason;
  /** Absent for `reset`. */
  readonly from?: Position;
  readonly to: Position;
  /** Exactly how many events of the range the subscription would have been sent. */
  readonly dropped?: number;
  /** Stands for `dropped` where counting stopped after its limit of rows. */
  readonly atLeast?: number;
}

/** What reaches a subscription: the interval `(prev, cursor]` with every matching event in it, or an explicit gap. */
export interface Delivery<Data = Json> {
  readonly subscription: string;
  readonly prev: Cursor;
  readonly gap?: Gap;
  readonly events: readonly FanfareEvent<Data>[];
  readonly cursor: Cursor;
}

/** One page of an HTTP read. */
export interface Page<Data = Json> {
  readonly prev: Cursor;
  readonly events: readonly FanfareEvent<Data>[];
  readonly cursor: Cursor;
  /** Nothing more matched when it was read. */
  readonly complete: boolean;
  readonly scope: string;
  readonly gap?: Gap;
}

/** What happens to events that wait because their subscriber is not at the head of the log or not ready. */
export type DeliveryPolicy =
  | { readonly policy: "complete" }
  /** At most `keep` newest waiting events; the rest is dropped with a counted gap. */
  | { readonly policy: "latest"; readonly keep: number }
  /** Of waiting events with the same value of the attribute `key`, the newest. */
  | { readonly policy: "conflate"; readonly key: string };
