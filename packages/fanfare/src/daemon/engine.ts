import { memoryBus } from "../stores/memory/bus.ts";
import { memoryLog } from "../stores/memory/log.ts";
import { memoryState } from "../stores/memory/state.ts";
import { sqliteLog } from "../stores/sqlite/log.ts";
import type { Bus } from "../core/ports/bus.ts";
import type { Log } from "../core/ports/log.ts";
import type { State } from "../core/ports/state.ts";
import { makeFolderOf } from "./folder.ts";
import type { Settings } from "./settings.ts";

/** A log with its two neighbours. */
export interface Engine {
  readonly log: Log;
  readonly state: State;
  readonly bus: Bus;
}

/** Opens what the settings name. Throws where there is no place for it; the first call to the log tells the rest. */
export function openEngine({ log: url, db, sync }: Pick<Settings, "log" | "db" | "sync">): Engine {
  switch (url) {
    case undefined: {
      makeFolderOf(db);
      const log = sqliteLog(db, { sync });
      return { log, state: log.state, bus: log.bus };
    }
    case "memory:":
      return { log: memoryLog(), state: memoryState(), bus: memoryBus() };
  }
}
