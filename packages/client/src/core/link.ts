import type { ErrorFrame, NotificationFrame, RequestFrame, ResultFrame } from "@fanfare/protocol";

/** Whatever a hub says, over whatever transport. */
export type ServerFrame = ErrorFrame | NotificationFrame | ResultFrame;

/** Where a link leads and in whose name. */
export interface Door {
  /** The hub's own address, with a final slash: `http://127.0.0.1:3001/`. */
  readonly url: string;
  readonly profile: string | undefined;
  readonly token: string | undefined;
}

/** How a link ended. */
export interface LinkEnd {
  /** A WebSocket's close code (section 13.6 of the protocol); 1006 when it just broke or never opened. */
  readonly code: number;
  /** For people. */
  readonly reason: string;
  /** The HTTP status of a refusal, where the transport could see it. */
  readonly status?: number | undefined;
  /** When to come back, where the hub said so. */
  readonly retryAfterMs?: number | undefined;
}

export interface LinkListener {
  received(frame: ServerFrame): void;
  closed(end: LinkEnd): void;
}

/** One open way to a hub, over which frames of the protocol go as objects. */
export interface Link {
  /** Sends, or forgets the frame when the link is not open (any more). Never throws. */
  send(frame: RequestFrame): void;
  /** Ends the link; the listener hears nothing more of it. */
  close(): void;
}

/**
 * Opens links of one kind. An adapter MUST:
 * - never call the listener before `open` has answered;
 * - tell `hello` first, which is what says that the link is open;
 * - call `closed` at most once, as the last, and not after the link's own `close`;
 * - never throw.
 */
export interface Transport {
  /** For people and for remembering: `websocket`, `sse`. */
  readonly name: string;
  open(door: Door, listener: LinkListener): Link;
}
