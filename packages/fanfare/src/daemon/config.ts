import type { DeliveryPolicy, Filter, Limits, TopicContract } from "@fanfare/protocol";
import type { App } from "../apps/app.ts";
import type { Authenticator } from "../core/ports/authenticator.ts";
import type { Transform } from "../core/profile.ts";

/**
 * What a daemon can be told. Flags win over the environment, which wins over `fanfare.config.ts`; every key has a
 * default, so that an empty configuration is a good one. Unknown keys are refused.
 */
export interface Config {
  /** `HOST:PORT` to listen on; port 0 takes a free one. Default `127.0.0.1:3001`. */
  readonly addr?: string | undefined;
  /** The log's SQLite file; in a file, relative to it. Default `.fanfare/fanfare.db`. */
  readonly db?: string | undefined;
  /** Another engine in place of the SQLite file. `memory:` forgets everything at its end. */
  readonly log?: "memory:" | undefined;
  /** How durable an acknowledged event is: `full` survives power loss, `normal` a killed process. Default `full`. */
  readonly sync?: "full" | "normal" | undefined;
  /**
   * Who is let in. Without it a daemon on a loopback address is open to everybody who can reach it; an empty object asks
   * for the tokens that `fanfare token create` signs with the key beside the database.
   */
  readonly auth?: AuthConfig | undefined;
  /** Further names by which clients may address the daemon, without port: `events.example.org`. */
  readonly hosts?: readonly string[] | undefined;
  /** Further origins whose pages may use the daemon: `https://app.example.org`. */
  readonly origins?: readonly string[] | undefined;
  /** Named bundles of topics, filter, transform and delivery that connections ask for. */
  readonly profiles?: readonly ProfileConfig[] | undefined;
  /** Contracts made by `defineTopic`: what may be published on their topics, at every door. */
  readonly topics?: readonly TopicContract[] | undefined;
  /** Patterns of topics that need a grant naming them, in open mode too. */
  readonly privateTopics?: readonly string[] | undefined;
  /** Limits of the protocol that differ from its defaults. */
  readonly limits?: Partial<Limits> | undefined;
  /** Milliseconds between heartbeats. Default 15 000. */
  readonly heartbeatMs?: number | undefined;
  /** Milliseconds after which a connection that takes nothing is closed. Default 30 000. */
  readonly stallTimeoutMs?: number | undefined;
  /** Bytes of newest events kept in memory for all subscribers. Default 32 MiB. */
  readonly tailBytes?: number | undefined;
  /** Bytes of replayed pages kept for others who read the same. Default 8 MiB. */
  readonly replayCacheBytes?: number | undefined;
  readonly flush?: FlushConfig | undefined;
  readonly websocket?: WebSocketConfig | undefined;
  readonly retention?: RetentionConfig | undefined;
  /** Apps made by `defineApp`; their files lie beside the log's: `fanfare-<app>.db`. */
  readonly apps?: readonly App[] | undefined;
  /** How the relays of the apps' outboxes work. */
  readonly relay?: RelayConfig | undefined;
  readonly logging?: LoggingConfig | undefined;
  readonly shutdown?: ShutdownConfig | undefined;
}

export interface AuthConfig {
  /** Key of HS256 tokens, at least 32 bytes. */
  readonly secret?: string | undefined;
  /** Key set of RS256 and ES256 tokens: an `https:` address (`http:` on loopback), or a file. */
  readonly jwks?: string | undefined;
  /** When given, tokens of the key set must carry it as `iss`. */
  readonly issuer?: string | undefined;
  /** When given, tokens of the key set must carry it as `aud`. */
  readonly audience?: string | undefined;
  /** An application's own judge of credentials, a session cookie say. Asked first; tokens count beside it. */
  readonly authenticator?: Authenticator | undefined;
}

export interface ProfileConfig {
  readonly name: string;
  /** Patterns; only events of these topics are sent. Default all. */
  readonly topics?: readonly string[] | undefined;
  readonly filter?: Filter | undefined;
  /** Pure; sees no identity. */
  readonly transform?: Transform | undefined;
  /** Of subscriptions that name none. Default `complete`. */
  readonly delivery?: DeliveryPolicy | undefined;
  readonly subscriptionsPerConnection?: number | undefined;
}

/** The most that one connection is written in one turn; a single event that is larger goes alone. */
export interface FlushConfig {
  /** Default 64 KiB. */
  readonly bytes?: number | undefined;
  /** Default 500. */
  readonly events?: number | undefined;
}

export interface WebSocketConfig {
  /** Milliseconds between pings. Default 15 000. */
  readonly pingMs?: number | undefined;
  /** Milliseconds without a sign of life after which a client is taken for dead, in whole pings. Default three pings. */
  readonly idleMs?: number | undefined;
  /** Requests of one connection under way at once; further ones wait unread. Default 64. */
  readonly pendingRequests?: number | undefined;
  /** Compression for clients that ask for it, at several times the CPU and memory of each. Default `false`. */
  readonly perMessageDeflate?: boolean | DeflateConfig | undefined;
}

/** Options of `ws` that trade a smaller memory for a larger message. */
export interface DeflateConfig {
  readonly serverNoContextTakeover?: boolean | undefined;
  readonly clientNoContextTakeover?: boolean | undefined;
  /** 8 to 15; each one less halves the memory of a window. */
  readonly serverMaxWindowBits?: number | undefined;
  /** 8 to 15. */
  readonly clientMaxWindowBits?: number | undefined;
  /** Bytes; smaller messages go uncompressed. Default 1 024. */
  readonly threshold?: number | undefined;
  /** Compressions under way at once. Default 10. */
  readonly concurrencyLimit?: number | undefined;
}

export interface RetentionConfig {
  /** The first rule whose pattern matches a topic is the topic's; topics without one are kept for ever. */
  readonly rules: readonly RetentionRule[];
  /** Milliseconds between two rounds. Default 60 000. */
  readonly everyMs?: number | undefined;
}

/** At least one of the three bounds. */
export interface RetentionRule {
  /** A pattern; the bounds hold for each of its topics by itself. */
  readonly topics: string;
  readonly maxAgeMs?: number | undefined;
  readonly maxEvents?: number | undefined;
  readonly maxBytes?: number | undefined;
}

/** All times are milliseconds. */
export interface RelayConfig {
  /** How often a relay looks for what nobody told it of. Default 500. */
  readonly pollMs?: number | undefined;
  /** Rows leased at once. Default 100. */
  readonly batch?: number | undefined;
  /** How long rows are a relay's own. Default 10 000. */
  readonly leaseMs?: number | undefined;
  /** Refusals after which a row is dead. Default 10. */
  readonly maxAttempts?: number | undefined;
  /** Limit of the first wait after a failure. Default 200. */
  readonly retryBaseMs?: number | undefined;
  /** Limit of every wait after a failure. Default 30 000. */
  readonly retryMaxMs?: number | undefined;
  /** How long sent rows are kept. Default a day. */
  readonly sentKeepMs?: number | undefined;
  /** Least time between two log lines that sum up what changed. Default 15 000. */
  readonly summaryMs?: number | undefined;
}

export interface LoggingConfig {
  /** Default `info`. */
  readonly level?: LogLevel | undefined;
  /** Lines for people in place of JSON. Default: when standard error is a terminal. */
  readonly pretty?: boolean | undefined;
}

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface ShutdownConfig {
  /** Clients are told to come back at moments spread over this many milliseconds. Default 2 000. */
  readonly spreadMs?: number | undefined;
  /** A stop that takes longer than this many milliseconds ends at once. Default 10 000. */
  readonly deadlineMs?: number | undefined;
}

/**
 * Types a configuration file; answers what it is given.
 *
 * @example
 * // fanfare.config.ts
 * import { defineConfig } from "fanfare/daemon";
 *
 * export default defineConfig({
 *   addr: "127.0.0.1:4000",
 *   retention: { rules: [{ topics: "github.>", maxAgeMs: 30 * 86_400_000 }] },
 * });
 */
export function defineConfig(config: Config): Config {
  return config;
}
