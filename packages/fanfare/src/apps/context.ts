import type { Hub } from "../core/hub.ts";
import type { Runtime } from "../core/ports/runtime.ts";
import type { RelayFigures } from "../outbox/figures.ts";
import type { AppDatabase } from "./database/app-database.ts";
import type { ReactionFigures, TimerFigures } from "./reactions/figures.ts";

/** Structured lines, as pino takes them. */
export interface AppLogger {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** A hub as an app uses it; publishing goes through the outbox. */
export type AppHub = Pick<Hub, "signal" | "read" | "subscribe" | "topics" | "endSubscriptions" | "limits">;

/** What an app works with. */
export interface AppContext<Tables> {
  readonly db: AppDatabase<Tables>;
  readonly hub: AppHub;
  readonly logger: AppLogger;
  readonly runtime: Pick<Runtime, "now" | "uuid" | "random">;
  /** Outbox and reactions, as health shows them. */
  figures(): Promise<AppFigures>;
}

export interface StartContext<Tables, Service> extends AppContext<Tables> {
  readonly service: Service;
  /** Aborted when the app is to end. */
  readonly signal: AbortSignal;
}

export interface AppFigures {
  readonly outbox: RelayFigures;
  readonly reactions: Readonly<Record<string, ReactionFigures>>;
  readonly timers: Readonly<Record<string, TimerFigures>>;
}
