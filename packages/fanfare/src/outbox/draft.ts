import {
  DEFAULT_LIMITS,
  FanfareError,
  formatTime,
  parseEventInput,
  parseTopic,
  utf8Bytes,
  type EventInput,
  type Limits,
} from "@fanfare/protocol";
import type { Runtime } from "../core/ports/runtime.ts";
import { nodeRuntime } from "../hub/node-runtime.ts";
import { keyRange } from "./key-range.ts";

/** A new row of the table `fanfare_outbox`, by the names of its columns; the others have defaults. */
export interface OutboxRow {
  readonly id: string;
  readonly key: string;
  readonly key_range: number;
  readonly topic: string;
  readonly type: string;
  /** RFC 3339. */
  readonly time: string;
  /** JSON text. */
  readonly attributes: string;
  /** JSON text. */
  readonly data: string;
  /** Milliseconds since 1970. */
  readonly added_at: number;
}

export interface AddOptions {
  /** Rows of one key are published in the order in which they were added. Default: the topic. */
  readonly key?: string | undefined;
}

export interface DraftOptions {
  /** What an event may be, which should be what the hub takes. Default: the protocol's limits. */
  readonly limits?: Limits | undefined;
  /** Default: Node's clock and chance. */
  readonly runtime?: Pick<Runtime, "now" | "uuid" | "hash"> | undefined;
}

/** Bytes of a key. */
export const KEY_BYTES = 256;

// oxlint-disable-next-line no-control-regex -- PostgreSQL's text holds no NUL, and nobody can read the others
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Checks an event and makes the row that stands for it: id, time and JSON are fixed here, so that every attempt to
 * publish it is the same event. For adapters, and for inserting with a tool of your own, in your own transaction.
 *
 * Throws `FanfareError` `invalid_topic`, `invalid_event`, `payload_too_large`, or `invalid_request` for the key.
 *
 * @example
 * const row = outboxRow("orders.eu", { type: "order.paid", data: { total: 12 } });
 * db.prepare("INSERT INTO fanfare_outbox (id, key, …) VALUES (?, ?, …)").run(row.id, row.key);
 */
export function outboxRow(
  topic: string,
  event: EventInput<unknown>,
  { key = topic, limits = DEFAULT_LIMITS, runtime = nodeRuntime }: AddOptions & DraftOptions = {},
): OutboxRow {
  const now = runtime.now();
  const defaults = { id: () => runtime.uuid(), time: () => formatTime(now) };
  const draft = parseEventInput(parseTopic(topic, limits), event, defaults, limits);
  checkKey(key);
  return {
    id: draft.id,
    key,
    key_range: keyRange(key, runtime),
    topic: draft.topic,
    type: draft.type,
    time: draft.time,
    attributes: JSON.stringify(draft.attributes),
    data: draft.data,
    added_at: now,
  };
}

function checkKey(key: string): void {
  if (key === "" || CONTROL.test(key) || !key.isWellFormed())
    throw new FanfareError(
      "invalid_request",
      "key: must be Unicode text that is not empty, without control characters",
    );
  const bytes = utf8Bytes(key);
  if (bytes > KEY_BYTES)
    throw new FanfareError("invalid_request", `key: has ${bytes} bytes, at most ${KEY_BYTES} are allowed`);
}
