import { FanfareError, isFanfareError } from "@fanfare/protocol";
import type { Runtime } from "../core/ports/runtime.ts";
import { nodeRuntime } from "../hub/node-runtime.ts";
import { backoffLimit, jitter } from "./backoff.ts";
import type { RelayFigures } from "./figures.ts";
import { toSettings, type RelayOptions, type RelaySettings } from "./options.ts";
import { describe, type Outcome } from "./outcome.ts";
import { publishRows, type Published } from "./publishing.ts";
import { Sleep } from "./sleep.ts";
import type { LeasedRow } from "./row.ts";
import { OutboxBusyError, type LeaseAsk } from "./store.ts";

/** The worker that moves rows of an outbox into a log. */
export interface Relay extends AsyncDisposable {
  readonly name: string;
  /** Says that rows were committed, where the store can't know it by itself. */
  wake(): void;
  figures(): Promise<RelayFigures>;
  /** Ends after the turn under way, at the latest after `leaseMs`, and gives its ranges back. The store stays open. */
  close(): Promise<void>;
}

/**
 * Starts a relay. It works until it is closed; whatever fails is tried again and shows in its figures.
 *
 * Throws `invalid_request` for a setting that is out of its bounds.
 *
 * @example
 * const store = sqliteOutboxStore("shop.db");
 * await using relay = startRelay({ store, publisher: hub });
 */
export function startRelay(options: RelayOptions): Relay {
  return new TurningRelay(options, toSettings(options));
}

/** Rows that one portion of cleaning up deletes, and the time between two. */
const SWEEP = { rows: 1_000, everyMs: 10_000 };
/** Longest nap before a locked table is tried again. */
const BUSY_MS = 20;

class TurningRelay implements Relay {
  readonly name: string;
  readonly #options: RelayOptions;
  readonly #settings: RelaySettings;
  readonly #runtime: Runtime;
  readonly #sleep: Sleep;
  readonly #unfollow: () => void;
  readonly #running: Promise<void>;
  #closing = false;
  #ranges = 0;
  #claimAt: number;
  #sweepAt: number;
  #summaryAt: number;
  #changed = false;
  /** When the first of the rows that this relay saw fail may be tried again. */
  #retryAt = Infinity;
  #consecutiveErrors = 0;
  /** The log did not answer when it was last asked. */
  #silent = false;

  constructor(options: RelayOptions, settings: RelaySettings) {
    const { runtime = nodeRuntime, name = runtime.uuid() } = options;
    this.name = name;
    this.#options = options;
    this.#settings = settings;
    this.#runtime = runtime;
    this.#claimAt = runtime.now();
    this.#sweepAt = runtime.now();
    this.#summaryAt = runtime.now() + settings.summaryMs;
    this.#sleep = new Sleep(runtime);
    this.#unfollow = options.store.follow(() => this.wake());
    this.#running = this.#run();
  }

  wake(): void {
    this.#sleep.wake();
  }

  async figures(): Promise<RelayFigures> {
    const figures = await this.#options.store.figures({ now: this.#runtime.now() });
    return { ...figures, relay: this.name, ranges: this.#ranges, consecutiveErrors: this.#consecutiveErrors };
  }

  async close(): Promise<void> {
    if (!this.#closing) this.#unfollow();
    this.#closing = true;
    this.#sleep.end();
    await this.#running;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    while (!this.#closing) await this.#turn();
    // Whoever can't give them back lets them expire.
    await this.#options.store.resign(this.name).catch(() => undefined);
  }

  /** Looks once, publishes what is due, and sleeps as long as there is nothing to do. Never rejects. */
  async #turn(): Promise<void> {
    try {
      await this.#lookAfter();
      const { batch, leaseMs } = this.#settings;
      // A log that was silent is asked with as little as possible.
      const limit = this.#silent ? 1 : batch;
      const now = this.#runtime.now();
      const rows = await this.#lease({ relay: this.name, now, leaseMs, limit });
      if (rows.length === 0) return await this.#rest();
      const { publisher } = this.#options;
      const until = now + leaseMs;
      const options = { publisher, runtime: this.#runtime, settings: this.#settings, until };
      const published = await publishRows(rows, options);
      await this.#settle(published.outcomes, until);
      await this.#judge(published);
    } catch (error) {
      await this.#trouble(error);
    }
  }

  /** Ranges are claimed while there is work: an idle relay writes nothing. */
  async #lease(ask: LeaseAsk): Promise<readonly LeasedRow[]> {
    const { store } = this.#options;
    if (!(await store.due(ask))) return [];
    if (ask.now >= this.#claimAt) {
      this.#ranges = (await store.claim(ask)).length;
      this.#claimAt = ask.now + Math.floor(ask.leaseMs / 3);
    }
    return store.lease(ask);
  }

  /** What has to be done from time to time: old rows, the summary. */
  async #lookAfter(): Promise<void> {
    const { store, onSummary } = this.#options;
    const { sentKeepMs, summaryMs } = this.#settings;
    const now = this.#runtime.now();
    if (now >= this.#sweepAt) {
      const swept = await store.sweep({ sentBefore: now - sentKeepMs, limit: SWEEP.rows });
      this.#sweepAt = swept < SWEEP.rows ? now + SWEEP.everyMs : now;
    }
    if (now >= this.#summaryAt && this.#changed && onSummary !== undefined) {
      this.#summaryAt = now + summaryMs;
      this.#changed = false;
      onSummary(await this.figures());
    }
  }

  /** Nothing is due. That the table answers does not mean that the log would. */
  async #rest(): Promise<void> {
    if (!this.#silent) this.#consecutiveErrors = 0;
    await this.#sleep.nap(this.#untilNext());
  }

  #untilNext(): number {
    const now = this.#runtime.now();
    if (this.#retryAt <= now) this.#retryAt = Infinity;
    return Math.max(0, Math.min(now + this.#settings.pollMs, this.#retryAt) - now);
  }

  /** Tries as long as the rows are this relay's own: what it cannot write is published again, as duplicates. */
  async #settle(outcomes: readonly Outcome[], until: number): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      try {
        await this.#options.store.settle({ relay: this.name, now: this.#runtime.now(), outcomes });
        break;
      } catch (error) {
        if (this.#runtime.now() >= until) throw error;
        const limit = error instanceof OutboxBusyError ? BUSY_MS : backoffLimit(failures, this.#settings);
        await this.#sleep.wait(jitter(limit, this.#runtime) + 1);
      }
    }
    for (const outcome of outcomes) {
      if (outcome.kind === "failed") this.#retryAt = Math.min(this.#retryAt, outcome.nextAttemptAt);
      if (outcome.kind === "dead")
        this.#tell(new FanfareError("invalid_event", `outbox: row ${outcome.number} is dead: ${outcome.error}`));
    }
    this.#changed = true;
  }

  /** Goes on at once after an answer of the log; without one the log is left alone for a while. */
  async #judge({ answered, trouble }: Published): Promise<void> {
    this.#silent = trouble !== undefined && !answered;
    if (this.#silent) await this.#trouble(trouble);
    else this.#consecutiveErrors = 0;
  }

  async #trouble(error: unknown): Promise<void> {
    if (error instanceof OutboxBusyError) return this.#sleep.wait(jitter(BUSY_MS, this.#runtime) + 1);
    this.#consecutiveErrors += 1;
    this.#changed = true;
    if (this.#consecutiveErrors === 1) this.#tell(toFanfareError(error));
    await this.#sleep.pause(jitter(backoffLimit(this.#consecutiveErrors, this.#settings), this.#runtime) + 1);
  }

  #tell(error: FanfareError): void {
    try {
      (this.#options.onError ?? warn)(error);
    } catch {
      // Who listens badly must not stop the work.
      warn(error);
    }
  }
}

function toFanfareError(error: unknown): FanfareError {
  return isFanfareError(error) ? error : new FanfareError("unavailable", `relay: ${describe(error)}`, { cause: error });
}

function warn(error: FanfareError): void {
  process.emitWarning(error.message, { code: error.code, type: "FanfareWarning" });
}
