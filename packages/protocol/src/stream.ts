import type { Cursor } from "./cursor.ts";
import type { CloseCode } from "./problem.ts";

/** Data of `event: heartbeat` in the plain form of a stream. */
export interface Heartbeat {
  readonly cursor: Cursor;
  /** In the first heartbeat of a stream only, which tells where and under which scope it begins. */
  readonly scope?: string;
}

/** Data of `event: bye`, the last of a stream that the server ends. */
export interface Bye {
  /** One word, or for a server that stops why it does. */
  readonly reason: string;
  readonly reconnectAfterMs: number;
  /** What a WebSocket would have been closed with; absent when the server stops. */
  readonly code?: CloseCode;
  /** For people; the problem code where one says it. */
  readonly message?: string;
}
