import type { IncomingMessage, ServerResponse } from "node:http";
import type { SubscribeParams } from "@fanfare/protocol";
import type { Identity } from "../core/identity.ts";

/** What a request for a stream asks for, checked for its shape; the hub checks what it means. */
export interface StreamParams {
  /** `events`: one event an SSE event. `deliveries`: the WebSocket's `deliver` params, which prove completeness. */
  readonly format: "events" | "deliveries";
  /**
   * At least one, exactly one for `events`. `after` is already what counts: a `Last-Event-ID` has replaced it where there
   * is one subscription; several keep their own, since one id cannot tell where each of them was.
   */
  readonly subscriptions: readonly SubscribeParams[];
}

/** A client that was let in. */
export interface AcceptedStream {
  readonly identity: Identity;
  readonly profile: string | undefined;
  /** The peer's address, for operators. */
  readonly remote: string | undefined;
  /** Goes into the answer's head beside what the stream itself needs. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Answers one request with Server-Sent Events on Node's own response: the seam between HTTP routing and the transport.
 * Resolves once the head is written; rejects with `FanfareError` while nothing is, so that the client gets a problem.
 */
export type Streams = (
  outgoing: ServerResponse,
  incoming: IncomingMessage,
  accepted: AcceptedStream,
  params: StreamParams,
) => Promise<void>;
