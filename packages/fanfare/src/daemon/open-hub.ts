import { specOf } from "../apps/app.ts";
import { parsePattern } from "@fanfare/protocol";
import type { Hub } from "../core/hub.ts";
import type { Profile } from "../core/profile.ts";
import { createHub } from "../hub/create-hub.ts";
import { openEngine } from "./engine.ts";
import type { Logger } from "./logging.ts";
import { measuredLog, type LogTimes } from "./measured-log.ts";
import type { Settings } from "./settings.ts";

/** Opens the hub of these settings: the log, and what the apps declare. */
export function openHub(settings: Settings, logger: Pick<Logger, "error">, times: LogTimes): Hub {
  const { limits, retention, heartbeatMs, stallTimeoutMs, tailBytes, replayCacheBytes, flush } = settings;
  const { log, state, bus } = openEngine(settings);
  return createHub({
    log: measuredLog(log, times),
    state,
    bus,
    profiles: [...settings.profiles, ...settings.apps.flatMap((app) => (specOf(app).profiles ?? []).map(toProfile))],
    topics: [...settings.topics, ...settings.apps.flatMap((app) => specOf(app).topics ?? [])],
    privates: privateTopics(settings),
    limits,
    retention: retention.rules,
    retentionMs: retention.everyMs,
    heartbeatMs,
    stallTimeoutMs,
    tailBytes,
    replayCacheBytes,
    flushBytes: flush.bytes,
    flushEvents: flush.events,
    onError: (error) => logger.error({ code: error.code, err: error }, error.message),
  }) as Hub;
}

/** Those of the configuration and of its apps. */
export function privateTopics({
  privateTopics: own,
  apps,
}: Pick<Settings, "privateTopics" | "apps">): readonly string[] {
  return [...own, ...apps.flatMap((app) => specOf(app).privateTopics ?? [])];
}

function toProfile({ topics, ...rest }: Omit<Profile, "topics"> & { readonly topics?: readonly string[] }): Profile {
  return { ...rest, ...(topics !== undefined && { topics: topics.map((topic) => parsePattern(topic)) }) };
}
