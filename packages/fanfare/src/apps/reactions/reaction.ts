import { FanfareError, parseFilter, parsePattern, type FanfareEvent, type Filter, type Gap } from "@fanfare/protocol";
import type { AppContext } from "../context.ts";
import type { AppTransaction } from "../database/app-database.ts";

/** What an app does when something was published, or when time has passed. */
export type Reaction<Tables> = EventReaction<Tables> | TimedReaction<Tables>;

/**
 * Handles each matching event of the log in its order. The effect belongs into `tx`: it and the reaction's cursor are
 * committed together, so it is applied exactly once. Whatever is done outside of `tx` happens at least once.
 */
export interface EventReaction<Tables> {
  readonly everyMs?: undefined;
  readonly topics: readonly string[];
  readonly filter?: Filter | undefined;
  /** Where it begins when it has no cursor yet. Default `start`. */
  readonly after?: "start" | "now" | undefined;
  /**
   * Several events may share a transaction; when one fails, none of it counts. `unavailable` and `overloaded` blame the
   * surroundings and are tried for ever; anything else counts as an attempt.
   */
  handle(event: FanfareEvent, tx: AppTransaction<Tables>, context: AppContext<Tables>): Promise<void>;
  /** What cannot be known any more. Default: counted and logged. */
  gap?(gap: Gap, tx: AppTransaction<Tables>, context: AppContext<Tables>): Promise<void>;
  readonly retry?: RetryOptions | undefined;
}

export interface RetryOptions {
  /** Failures after which an event is set aside as a dead letter, from 1. Default 5. */
  readonly attempts?: number | undefined;
  /** Milliseconds: limit of the first wait, which doubles with each failure. Default 200. */
  readonly baseMs?: number | undefined;
  /** Milliseconds: limit of every wait. Default 30 000. */
  readonly maxMs?: number | undefined;
}

/**
 * Runs once in each interval, whatever number of processes run the app: the time of its next run is a row that is moved in
 * the transaction of its effect. A run that fails is tried again.
 */
export interface TimedReaction<Tables> {
  readonly topics?: undefined;
  /** Milliseconds, from 10. */
  readonly everyMs: number;
  /** @param now - milliseconds since 1970 */
  handle(now: number, tx: AppTransaction<Tables>, context: AppContext<Tables>): Promise<void>;
}

export interface RetrySettings {
  readonly attempts: number;
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
}

export function isTimed<Tables>(reaction: Reaction<Tables>): reaction is TimedReaction<Tables> {
  return reaction.everyMs !== undefined;
}

export function retrySettings({ attempts = 5, baseMs = 200, maxMs = 30_000 }: RetryOptions = {}): RetrySettings {
  return { attempts, retryBaseMs: baseMs, retryMaxMs: maxMs };
}

const DAY_MS = 86_400_000;

/** Throws `invalid_request` for what no app could run with; `name` is where it stands. */
export function checkReaction<Tables>(reaction: Reaction<Tables>, name: string): void {
  if (isTimed(reaction)) return checkNumber(reaction.everyMs, `${name}.everyMs`, 10, 400 * DAY_MS);
  const { topics, filter, retry = {} } = reaction;
  if (topics.length === 0) throw new FanfareError("invalid_request", `${name}.topics: must name at least one`);
  for (const topic of topics) parsePattern(topic);
  if (filter !== undefined) parseFilter(filter);
  const { attempts, retryBaseMs, retryMaxMs } = retrySettings(retry);
  checkNumber(attempts, `${name}.retry.attempts`, 1, 1_000);
  checkNumber(retryBaseMs, `${name}.retry.baseMs`, 1, 60_000);
  checkNumber(retryMaxMs, `${name}.retry.maxMs`, retryBaseMs, DAY_MS);
}

function checkNumber(value: number, name: string, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new FanfareError("invalid_request", `${name}: must be a whole number from ${min} to ${max}`);
}
