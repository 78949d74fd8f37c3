import type {
  Cursor,
  Delivery,
  DeliveryPolicy,
  EventInput,
  Filter,
  Gap,
  Limits,
  Pattern,
  PublishResult,
  Scope,
  SignalParams,
} from "@fanfare/protocol";
import type { Entry } from "./entry.ts";
import type { Identity } from "./identity.ts";
import type { Connection } from "./ports/connection.ts";
import type { LogBounds, LogCapabilities, TopicStats } from "./ports/log.ts";
import type { Abort } from "./ports/runtime.ts";
import type { Session } from "./session.ts";

/** Who asks; the embedding application itself when not given. */
export interface As {
  readonly as?: Identity | undefined;
}

/**
 * Log, broker, access and hooks in one: what an application embeds and what every door (HTTP, WebSocket, SSE, CLI) calls.
 * Every method that takes {@link As} checks the identity's grants itself; no door has rules of its own.
 */
export interface Hub {
  readonly limits: Limits;
  /** Milliseconds between heartbeats. */
  readonly heartbeatMs: number;

  /** Resolves when the log is open; rejects with the reason it can't be. Every other call waits for this by itself. */
  ready(): Promise<void>;

  /** Resolves when the events are durable and on their way to subscribers; up to `limits.publishEvents` of one topic. */
  publish(
    topic: string,
    events: EventInput<unknown> | readonly EventInput<unknown>[],
    options?: As,
  ): Promise<PublishResult>;
  /** Tells live subscribers only; never stored. */
  signal(params: SignalParams, options?: As): void;
  /** One page of events; with `waitMs` it waits for the first match, a gap or the abort. */
  read(params: ReadParams, options?: As & { readonly abort?: Abort | undefined }): Promise<Reading>;
  /** Deliveries in process, with back-pressure: the next one is made when this one was taken. */
  subscribe(params: SubscribeOptions, options?: As): Deliveries;
  /** Brings a transport's client in. Throws `limit_exceeded`, `forbidden`, `profile_unknown`, `draining`, … */
  connect(connection: Connection, options: ConnectOptions): Session;
  /** Moves a named consumer of the identity's `sub`; never back. */
  ack(consumer: string, cursor: string, options?: As): Promise<Cursor>;
  /** Topics that the identity may subscribe to, by name. */
  topics(params?: TopicsParams, options?: As): Promise<readonly TopicStats[]>;
  /** Needs `admin`. */
  connections(options?: As): readonly ConnectionInfo[];
  /** Ends and refuses the credentials of a `sub` or `jti`, here and in every process, until they expire. Needs `admin`. */
  revoke(target: RevokeTarget, options?: As): Promise<{ readonly closed: number }>;
  /** Throws `token_expired` or `token_revoked` for an identity that must not act any more. */
  requireValid(identity: Identity): Promise<void>;
  /** Ends the open subscriptions of a `sub` that touch one of the patterns, as after a lost membership. Answers how many. */
  endSubscriptions(target: { readonly sub: string; readonly topics: readonly string[] }): number;
  /** Throws `overloaded` or `draining` when no further connection is taken: asked before an upgrade. */
  admit(): void;
  health(): Promise<HubHealth>;
  /** Refuses what is new, tells each connection its reconnect slot within `spreadMs`, then closes them. */
  drain(options: { readonly reason: string; readonly spreadMs: number }): Promise<void>;
  /** Closes the connections, then the log. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ConnectOptions {
  readonly identity: Identity;
  /** Name of the wanted profile; default `default`. */
  readonly profile?: string | undefined;
  /** Shown to operators. */
  readonly transport: "websocket" | "sse" | "process";
  /** Shown to operators; never a credential. */
  readonly remote?: string | undefined;
}

export interface SubscribeOptions {
  readonly topics: readonly string[];
  readonly filter?: Filter | undefined;
  /** A cursor, `start` or `now`; default `now`. */
  readonly after?: string | undefined;
  readonly scope?: string | undefined;
  readonly profile?: string | undefined;
  readonly consumer?: string | undefined;
  readonly delivery?: DeliveryPolicy | undefined;
}

/** Where deliveries begin: what a transport's client learns from the answer to `subscribe`. */
export interface OpenedDeliveries {
  readonly cursor: Cursor;
  readonly scope: Scope;
  /** The log's end when they were opened; deliveries up to there bring what was there before. */
  readonly head: Cursor;
  /** `false` announces a gap `trimmed`, `scope` or `reset`. */
  readonly recovered: boolean;
}

/** Deliveries of one subscription, as an async iterable or to a callback; leaving the loop closes it. */
export interface Deliveries extends AsyncIterable<Delivery> {
  /** Calls back for one delivery after the other, waiting for each. Resolves once closed, rejects as the loop would. */
  each(callback: (delivery: Delivery) => void | Promise<void>): Promise<void>;
  /** Ready when the first delivery can come: where it begins. */
  readonly opened: Promise<OpenedDeliveries>;
  close(): void;
}

export interface ReadParams {
  /** Default `[">"]`. */
  readonly topics?: readonly string[] | undefined;
  readonly filter?: Filter | undefined;
  /** A cursor, `start` (default) or `now`. */
  readonly after?: string | undefined;
  readonly scope?: string | undefined;
  readonly profile?: string | undefined;
  readonly limit?: number | undefined;
  /** Milliseconds; default 0. */
  readonly waitMs?: number | undefined;
  readonly delivery?: DeliveryPolicy | undefined;
}

/** A page whose events are already written as JSON; `readingJson` and `readingPage` of `reading.ts` turn it into text and values. */
export interface Reading {
  readonly prev: Cursor;
  readonly entries: readonly Entry[];
  readonly cursor: Cursor;
  readonly complete: boolean;
  readonly scope: Scope;
  readonly gap: Gap | undefined;
}

export interface TopicsParams {
  /** Default `[">"]`. */
  readonly patterns?: readonly string[] | undefined;
  /** Begin after this topic's name. */
  readonly after?: string | undefined;
  /** At most 10 000; default 1 000. */
  readonly limit?: number | undefined;
}

/** `exp` (seconds since 1970) is the end of the credentials, when the refusal may be forgotten; default 400 days. */
export type RevokeTarget = ({ readonly sub: string } | { readonly jti: string }) & {
  readonly exp?: number | undefined;
};

export interface SubscriptionInfo {
  readonly subscription: string;
  readonly topics: readonly Pattern[];
  readonly cursor: Cursor;
  /** Positions between the cursor and the head. */
  readonly lag: number;
  readonly state: "live" | "catching-up";
  readonly policy: DeliveryPolicy["policy"];
  /** Events dropped by policy so far. */
  readonly dropped: number;
  readonly consumer?: string;
}

export interface ConnectionInfo {
  readonly connection: string;
  readonly transport: ConnectOptions["transport"];
  readonly sub: string;
  readonly profile: string;
  readonly remote?: string;
  /** RFC 3339. */
  readonly since: string;
  /** RFC 3339, when it stopped taking more; absent while it reads. */
  readonly stalledSince?: string;
  readonly subscriptions: readonly SubscriptionInfo[];
}

export interface HubHealth {
  readonly log: LogBounds & {
    readonly capabilities: LogCapabilities;
    readonly writable: boolean;
    readonly error?: string;
  };
  /** Last position that subscribers were told. */
  readonly head: number;
  readonly connections: number;
  readonly subscriptions: number;
  readonly stalled: number;
  readonly draining: boolean;
  readonly totals: HubTotals;
}

/** Counts since the start. */
export interface HubTotals {
  readonly published: number;
  readonly duplicates: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly signals: number;
  readonly gaps: number;
  readonly replays: number;
}
