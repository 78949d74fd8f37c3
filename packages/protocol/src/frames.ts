import type { Attributes, AttributeValue } from "./attributes.ts";
import type { Cursor, Scope } from "./cursor.ts";
import type { Delivery } from "./delivery.ts";
import type { EventInput } from "./event.ts";
import type { Filter } from "./filter.ts";
import type { Json } from "./json.ts";
import { PROBLEMS, type FanfareError, type Problem, type ProblemCode } from "./problem.ts";

/** The WebSocket subprotocol. */
export const SUBPROTOCOL = "fanfare.v1";

/** A JSON-RPC id as clients may choose it. */
export type RequestId = string | number;

/** Where a subscription begins: a cursor, the log's `start`, or `now`. */
export type After = Cursor | "start" | "now";

export interface SubscribeParams {
  readonly subscription: string;
  readonly topics: readonly string[];
  readonly filter?: Filter | undefined;
  readonly after?: string | undefined;
  /** The scope that `after` was made under; another one is told as a gap. */
  readonly scope?: string | undefined;
  readonly profile?: string | undefined;
  /** Name of a durable consumer. */
  readonly consumer?: string | undefined;
  readonly delivery?:
    | { readonly policy: string; readonly keep?: number | undefined; readonly key?: string | undefined }
    | undefined;
}

export interface SubscribeResult {
  readonly subscription: string;
  readonly cursor: Cursor;
  readonly scope: string;
  /**
   * The log's end when the answer was made: a subscription whose cursor is of the same epoch, at that position or beyond,
   * has caught up. The answer's own cursor counts only when it is recovered.
   */
  readonly head: Cursor;
  /** `false` announces a gap `trimmed`, `scope` or `reset`. */
  readonly recovered: boolean;
}

export interface SignalParams {
  readonly topic: string;
  readonly type: string;
  readonly data?: unknown;
  readonly attributes?: Attributes | undefined;
}

/** Params of every request, by method. */
export interface Requests {
  readonly subscribe: SubscribeParams;
  readonly unsubscribe: { readonly subscription: string };
  readonly publish: { readonly topic: string; readonly events: readonly EventInput<unknown>[] };
  readonly ack: { readonly subscription: string; readonly cursor: string };
  readonly signal: SignalParams;
  readonly renew: { readonly token: string };
  readonly ping: Readonly<Record<string, never>>;
}

export type Method = keyof Requests;

/** One event of a publish as the log took it. */
export interface PublishedEvent {
  readonly id: string;
  readonly position: number;
  readonly time: string;
  /** The same event was there before. */
  readonly duplicate: boolean;
}

export interface PublishResult {
  readonly events: readonly PublishedEvent[];
  readonly cursor: Cursor;
}

export interface RenewResult {
  /** RFC 3339; absent for a credential without end. */
  readonly expires?: string;
  /** New scopes of the open subscriptions whose scope changed, by subscription; each is told a gap `scope` too. */
  readonly scopes?: Readonly<Record<string, Scope>>;
}

/** Result of every request, by method. */
export interface Responses {
  readonly subscribe: SubscribeResult;
  readonly unsubscribe: { readonly subscription: string; readonly cursor: Cursor };
  readonly publish: PublishResult;
  readonly ack: { readonly cursor: Cursor };
  readonly signal: Readonly<Record<string, never>>;
  readonly renew: RenewResult;
  readonly ping: { readonly time: string };
}

export interface Hello {
  readonly connection: string;
  readonly protocol: typeof SUBPROTOCOL;
  readonly time: string;
  /** Milliseconds between heartbeats. */
  readonly heartbeat: number;
  readonly profile: string;
  readonly limits: Readonly<Record<string, AttributeValue>>;
  readonly expires?: string;
}

/** An ephemeral event: live subscribers only, no position, never in the log. */
export interface Signal {
  readonly subscription: string;
  readonly topic: string;
  readonly type: string;
  readonly attributes: Attributes;
  readonly data: Json;
  /** The sender's `sub`, or the empty text in open mode. */
  readonly from: string;
  readonly time: string;
}

export interface Ended {
  readonly subscription: string;
  readonly code: ProblemCode;
  readonly cursor: Cursor;
}

export interface Goaway {
  /** This client's own slot: how long to wait before it connects again. */
  readonly reconnectAfterMs: number;
  readonly reason: string;
}

/** Params of every notification, by method. */
export interface Notifications {
  readonly hello: Hello;
  readonly deliver: Delivery;
  readonly signal: Signal;
  readonly ended: Ended;
  readonly goaway: Goaway;
}

export type RequestFrame = {
  readonly [M in Method]: {
    readonly jsonrpc: "2.0";
    readonly id: RequestId;
    readonly method: M;
    readonly params: Requests[M];
  };
}[Method];

export type NotificationFrame = {
  readonly [M in keyof Notifications]: {
    readonly jsonrpc: "2.0";
    readonly method: M;
    readonly params: Notifications[M];
  };
}[keyof Notifications];

export interface ResultFrame {
  readonly jsonrpc: "2.0";
  readonly id: RequestId;
  readonly result: Responses[Method];
}

export interface ErrorFrame {
  readonly jsonrpc: "2.0";
  readonly id: RequestId | null;
  readonly error: { readonly code: number; readonly message: string; readonly data: Pick<Problem, "code" | "status"> };
}

/** JSON-RPC error numbers; everything that is Fanfare's own is `server`. */
export const RPC_ERRORS = {
  parse: -32_700,
  request: -32_600,
  method: -32_601,
  params: -32_602,
  server: -32_000,
} as const;

/** The error of a method that was understood: `params` where other params would do (status 400 and 422), else `server`. */
export function toRpcError({ code, message }: Pick<FanfareError, "code" | "message">): ErrorFrame["error"] {
  const { status } = PROBLEMS[code];
  return {
    code: status === 400 || status === 422 ? RPC_ERRORS.params : RPC_ERRORS.server,
    message,
    data: { code, status },
  };
}
