import { CLOSE_CODES, FanfareError, isFanfareError, type EventRecord } from "@fanfare/protocol";
import type { HubCoreOptions } from "./options.ts";
import { HUB_DEFAULTS } from "./options.ts";
import type { Parts } from "./parts.ts";
import type { Following } from "./ports/log.ts";
import type { Timer } from "./ports/runtime.ts";

/** How long a drain waits for connections that have not taken their last words. */
const LAST_WORDS_MS = 1_000;

/** Opens the log for a hub, follows it, trims it, and takes everything down again. */
export class Lifecycle {
  readonly started: Promise<void>;
  draining = false;
  readonly #options: HubCoreOptions;
  readonly #parts: Parts;
  #following: Following | undefined;
  #unhear: (() => void) | undefined;
  #retention: Timer | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: HubCoreOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.started = this.#start();
    // Each call tells its caller; a hub that nobody calls must not end the process.
    this.started.catch(() => undefined);
  }

  /** Tells every connection when to come back, each its own slot within `spreadMs`, then closes them. */
  async drain(reason: string, spreadMs: number): Promise<void> {
    const { sessions, broker } = this.#parts;
    const { runtime } = this.#options;
    this.draining = true;
    const open = [...sessions];
    for (const [index, { outlet }] of open.entries()) {
      const slot = Math.round(((index + runtime.random()) / open.length) * spreadMs);
      broker.tell(outlet, outlet.connection.wire.goaway(slot, reason));
    }
    await new Promise<void>((resolve) => runtime.soon(resolve));
    if (broker.outlets.stalled.size > 0)
      await new Promise<void>((resolve) => void runtime.later(LAST_WORDS_MS, resolve));
    for (const session of open) session.close(CLOSE_CODES.goingAway, reason);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #start(): Promise<void> {
    const { log } = this.#options;
    const { broker, horizon, notices, revocations, consumers, signals } = this.#parts;
    // What is told before the head is known waits for it.
    const early: (readonly EventRecord[])[] = [];
    let tell = (records: readonly EventRecord[]): void => void early.push(records);
    const { epoch } = await log.bounds();
    const following = await log.follow((records) => tell(records));
    this.#following = following;
    broker.open(epoch, following.head);
    horizon.advance(following.head);
    tell = (records) => {
      broker.dispatch(records);
      horizon.advance(broker.head);
    };
    for (const records of early) tell(records);
    this.#unhear = notices.subscribe((notice) => {
      switch (notice.kind) {
        case "signal":
          return signals.tell(notice, undefined);
        case "revoked":
          return revocations.hear(notice);
        case "consumer":
          return consumers.hear(notice);
      }
    });
    await revocations.load();
    this.#armRetention();
  }

  #armRetention(): void {
    const { retention = [], retentionMs = HUB_DEFAULTS.retentionMs, runtime } = this.#options;
    if (retention.length === 0 || this.#closing !== undefined) return;
    this.#retention = runtime.later(retentionMs, () => void this.#trim().finally(() => this.#armRetention()));
  }

  async #trim(): Promise<void> {
    const { log, retention = [], runtime, onError } = this.#options;
    try {
      await log.trim({ rules: retention, now: runtime.now() });
    } catch (error) {
      onError?.(
        isFanfareError(error)
          ? error
          : new FanfareError("unavailable", "retention: the log could not be trimmed", { cause: error }),
      );
    }
  }

  async #close(): Promise<void> {
    const { sessions, broker, horizon, revocations } = this.#parts;
    const { log, state, bus } = this.#options;
    this.draining = true;
    for (const session of [...sessions]) session.close(CLOSE_CODES.goingAway, "closing");
    await this.started.catch(() => undefined);
    this.#retention?.cancel();
    this.#following?.stop();
    this.#unhear?.();
    await revocations.close();
    broker.close();
    horizon.close();
    await bus.close();
    await state.close();
    await log.close();
  }
}
