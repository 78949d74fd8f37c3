import type { Cursor, Scope } from "./cursor.ts";
import type { Hello, SubscribeResult } from "./frames.ts";

/** Data of `event: heartbeat` in the plain form of a stream. */
export interface Heartbeat {
  readonly cursor: Cursor;
  /** In the first heartbeat of a stream only, which tells where and under which scope it begins. */
  readonly scope?: Scope;
}

/** Data of `event: hello`, the first of a stream with `format=deliveries`: what a WebSocket says in `hello` and in its answers. */
export interface StreamHello extends Hello {
  readonly subscriptions: readonly SubscribeResult[];
}

/** Data of `event: bye`, the last of a stream that the server ends. */
export interface Bye {
  /** `token_expired`, `token_revoked`, `stalled`, or why the server goes away. */
  readonly reason: string;
  readonly reconnectAfterMs: number;
}
