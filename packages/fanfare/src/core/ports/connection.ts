import type { CloseCode, Cursor, Gap, ProblemCode, Signal } from "@fanfare/protocol";
import type { Entry } from "../entry.ts";

/**
 * One client over one transport, as the broker sees it: something to write to that may say "not now".
 * `Chunk` is what its wire format makes; the broker passes chunks on without looking into them.
 *
 * An adapter MUST:
 * - take all chunks of a `write`, whatever it answers, and send them in order with one system call where it can;
 * - after answering `false` call `Session.ready` once as soon as it can take more, and not otherwise;
 * - call `Session.closed` exactly once when the client is gone, also after its own `close`;
 * - never throw.
 */
export interface Connection<Chunk = unknown> {
  /** One object for all connections of a format: connections with the same one share chunks. */
  readonly wire: Wire<Chunk>;
  /** Answers `false` when the client should get nothing more until it has drained. */
  write(chunks: readonly Chunk[]): boolean;
  /** Ends the client after what was written; `message` is for people. */
  close(code: CloseCode, message: string): void;
}

/** A wire format: turns what the broker says into bytes, once for everybody who is told the same. Pure. */
export interface Wire<Chunk = unknown> {
  readonly name: string;
  deliver(delivery: EncodedDelivery): Chunk;
  /** `data` and `attributes` of the signal are encoded here once a cohort. */
  signal(signal: Signal): Chunk;
  ended(subscription: string, code: ProblemCode, cursor: Cursor): Chunk;
  goaway(reconnectAfterMs: number, reason: string): Chunk;
}

/** A delivery whose events are already written as JSON. */
export interface EncodedDelivery {
  readonly subscription: string;
  readonly prev: Cursor;
  readonly gap: Gap | undefined;
  readonly entries: readonly Entry[];
  readonly cursor: Cursor;
}
