import type { FanfareError, Limits, TopicContract } from "@fanfare/protocol";
import type { Bus } from "./ports/bus.ts";
import type { Log, TrimRule } from "./ports/log.ts";
import type { Runtime } from "./ports/runtime.ts";
import type { State } from "./ports/state.ts";
import type { Profile } from "./profile.ts";

type HubDefault =
  | "retentionMs"
  | "heartbeatMs"
  | "stallTimeoutMs"
  | "tailBytes"
  | "replayCacheBytes"
  | "flushBytes"
  | "flushEvents";

/** How a hub is made. Everything but the ports has a default. */
export interface HubCoreOptions {
  readonly log: Log;
  readonly state: State;
  readonly bus: Bus;
  readonly runtime: Runtime;
  readonly profiles?: readonly Profile[] | undefined;
  /** What may be published where; topics without a contract take any event. */
  readonly topics?: readonly TopicContract[] | undefined;
  /** Patterns that only explicit grants reach. */
  readonly privates?: readonly string[] | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Oldest events of each topic are removed by the first rule that matches; default none. */
  readonly retention?: readonly TrimRule[] | undefined;
  /** Milliseconds between two looks at the retention; default 60 000. */
  readonly retentionMs?: number | undefined;
  /** Milliseconds between heartbeats of a subscription; default 15 000. */
  readonly heartbeatMs?: number | undefined;
  /** Milliseconds after which a connection that takes nothing is closed; default 30 000. */
  readonly stallTimeoutMs?: number | undefined;
  /** Bytes of the newest events kept in memory; default 32 MiB. */
  readonly tailBytes?: number | undefined;
  /** Bytes of replayed pages kept for others who read the same; default 8 MiB. */
  readonly replayCacheBytes?: number | undefined;
  /** Most that one connection is written in one tick; default 64 KiB. */
  readonly flushBytes?: number | undefined;
  /** Most events that one connection is written in one tick; default 500. */
  readonly flushEvents?: number | undefined;
  /** Learns of trouble that no caller can be told of. */
  readonly onError?: ((error: FanfareError) => void) | undefined;
}

/** The defaults of {@link HubCoreOptions}. */
export const HUB_DEFAULTS: Readonly<Record<HubDefault, number>> = {
  retentionMs: 60_000,
  heartbeatMs: 15_000,
  stallTimeoutMs: 30_000,
  tailBytes: 32 * 1024 * 1024,
  replayCacheBytes: 8 * 1024 * 1024,
  flushBytes: 64 * 1024,
  flushEvents: 500,
};
