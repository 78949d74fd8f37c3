import { FanfareError } from "@fanfare/protocol";
import type { Runtime } from "../core/ports/runtime.ts";
import type { RelayFigures } from "./figures.ts";
import type { Publisher } from "./publisher.ts";
import type { RelayStore, OutboxDesk } from "./store.ts";

/** How a relay works. All times are milliseconds. */
export interface RelaySettings {
  /** How often it looks for what nobody told it of, 10 to 60 000. Default 500. */
  readonly pollMs: number;
  /** Rows leased at once, 1 to 1 000. Default 100. */
  readonly batch: number;
  /** How long rows and ranges of keys are a relay's own, 100 to 600 000. Default 10 000. */
  readonly leaseMs: number;
  /** Refusals after which a row is dead, 1 to 1 000. Default 10. */
  readonly maxAttempts: number;
  /** Limit of the first wait after a failure, 1 to 60 000. Default 200. */
  readonly retryBaseMs: number;
  /** Limit of every wait after a failure, at least `retryBaseMs`, at most a day. Default 30 000. */
  readonly retryMaxMs: number;
  /** How long sent rows are kept, up to 400 days. Default a day. */
  readonly sentKeepMs: number;
  /** How long the log remembers an id after its event is gone, from an hour to 400 days. Default 30 days. */
  readonly idMemoryMs: number;
  /** Least time between two summaries, from 10 to a day. Default 60 000. */
  readonly summaryMs: number;
}

export interface RelayOptions extends Partial<RelaySettings> {
  /** The table, and what a person may see of it. */
  readonly store: RelayStore & Pick<OutboxDesk, "figures">;
  /** A hub, or what publishes as one does. */
  readonly publisher: Publisher;
  /** Unique among all relays of the table. Default: a new UUID. */
  readonly name?: string | undefined;
  /** Default: Node's clock, timers and chance. */
  readonly runtime?: Runtime | undefined;
  /** Told once when the log or the table begins to fail, and of every row that dies. Default: a process warning. */
  readonly onError?: ((error: FanfareError) => void) | undefined;
  /** Told the figures while something changes, at most every `summaryMs`. */
  readonly onSummary?: ((figures: RelayFigures) => void) | undefined;
}

const DAY_MS = 86_400_000;

/** What logs promise; see {@link RelaySettings.idMemoryMs}. */
export const ID_MEMORY_MS: number = 30 * DAY_MS;

/** Each setting with its default and its bounds. */
const SETTINGS: Readonly<Record<keyof RelaySettings, readonly [usual: number, least: number, most: number]>> = {
  pollMs: [500, 10, 60_000],
  batch: [100, 1, 1_000],
  leaseMs: [10_000, 100, 600_000],
  maxAttempts: [10, 1, 1_000],
  retryBaseMs: [200, 1, 60_000],
  retryMaxMs: [30_000, 1, DAY_MS],
  sentKeepMs: [DAY_MS, 0, 400 * DAY_MS],
  idMemoryMs: [ID_MEMORY_MS, 3_600_000, 400 * DAY_MS],
  summaryMs: [60_000, 10, DAY_MS],
};

/** The settings with their defaults. Throws `invalid_request` for one that is out of its bounds. */
export function toSettings(options: Partial<RelaySettings>): RelaySettings {
  const given = (name: keyof RelaySettings): number => {
    const [usual, least, most] = SETTINGS[name];
    const value = options[name] ?? usual;
    if (!Number.isInteger(value) || value < least || value > most)
      throw new FanfareError("invalid_request", `${name}: must be a whole number from ${least} to ${most}`);
    return value;
  };
  const settings: RelaySettings = {
    pollMs: given("pollMs"),
    batch: given("batch"),
    leaseMs: given("leaseMs"),
    maxAttempts: given("maxAttempts"),
    retryBaseMs: given("retryBaseMs"),
    retryMaxMs: given("retryMaxMs"),
    sentKeepMs: given("sentKeepMs"),
    idMemoryMs: given("idMemoryMs"),
    summaryMs: given("summaryMs"),
  };
  if (settings.retryMaxMs < settings.retryBaseMs)
    throw new FanfareError("invalid_request", "retryMaxMs: must be at least retryBaseMs");
  return settings;
}
