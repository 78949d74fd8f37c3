import { DEFAULT_FORUM_LIMITS, type ForumLimits } from "../domain/limits.ts";
import { PRIORITIES, type Priority } from "../domain/priority.ts";

/** What the owner of a forum decides. */
export interface ForumOptions {
  /** Default: {@link DEFAULT_FORUM_LIMITS}. */
  readonly limits?: Partial<ForumLimits> | undefined;
  /**
   * How long a thread may wait for an answer before `forum.sla.escalated` is told, in milliseconds by priority. Default 30
   * minutes; `high` and `urgent` at once.
   */
  readonly slaMs?: Partial<Readonly<Record<Priority, number>>> | undefined;
  /** Time between two looks for threads that have waited too long, in milliseconds. Default 10 000. */
  readonly slaEveryMs?: number | undefined;
  /** Folder into which answered and closed threads are written down. Default: none, and nothing is. */
  readonly docsFolder?: string | undefined;
}

/** All of it decided. */
export interface ForumSettings {
  readonly limits: ForumLimits;
  readonly slaMs: Readonly<Record<Priority, number>>;
  readonly slaEveryMs: number;
  readonly docsFolder: string | undefined;
}

const SLA_MS = 30 * 60_000;
const SLA_EVERY_MS = 10_000;

/** The options with their defaults. Throws `RangeError` naming what is no number that could be meant. */
export function toSettings({ limits, slaMs, slaEveryMs = SLA_EVERY_MS, docsFolder }: ForumOptions): ForumSettings {
  const settings: ForumSettings = {
    limits: { ...DEFAULT_FORUM_LIMITS, ...limits },
    slaMs: { low: SLA_MS, normal: SLA_MS, high: 0, urgent: 0, ...slaMs },
    slaEveryMs,
    docsFolder,
  };
  const limitsByName: readonly (readonly [string, number])[] = Object.entries(settings.limits);
  for (const [name, value] of limitsByName) check(`limits.${name}`, value, 1);
  for (const priority of PRIORITIES) check(`slaMs.${priority}`, settings.slaMs[priority], 0);
  check("slaEveryMs", slaEveryMs, 100);
  return settings;
}

function check(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${name}: must be a whole number from ${least}`);
}
