import type { Limits, Pattern, TopicContract } from "@fanfare/protocol";
import type { App } from "../apps/app.ts";
import type { Profile } from "../core/profile.ts";
import type { TrimRule } from "../core/ports/log.ts";
import type { RelaySettings } from "../outbox/options.ts";
import type { AuthConfig, DeflateConfig, LogLevel } from "./config.ts";

/** A checked configuration in which every default is filled in. It is also a good configuration. */
export interface Settings {
  readonly addr: string;
  readonly db: string;
  readonly log?: "memory:" | undefined;
  readonly sync: "full" | "normal";
  readonly auth?: AuthConfig | undefined;
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
  readonly profiles: readonly Profile[];
  readonly topics: readonly TopicContract[];
  readonly privateTopics: readonly Pattern[];
  readonly limits: Limits;
  readonly heartbeatMs: number;
  readonly stallTimeoutMs: number;
  readonly tailBytes: number;
  readonly replayCacheBytes: number;
  readonly flush: { readonly bytes: number; readonly events: number };
  readonly websocket: {
    readonly pingMs: number;
    readonly idleMs?: number | undefined;
    readonly pendingRequests: number;
    readonly perMessageDeflate: boolean | DeflateConfig;
  };
  readonly retention: { readonly rules: readonly TrimRule[]; readonly everyMs: number };
  readonly apps: readonly App[];
  readonly relay: Omit<RelaySettings, "idMemoryMs">;
  readonly logging: { readonly level: LogLevel; readonly pretty?: boolean | undefined };
  readonly shutdown: { readonly spreadMs: number; readonly deadlineMs: number };
}
