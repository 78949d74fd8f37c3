import { setTimeout as wait } from "node:timers/promises";
import type { Runtime } from "../../core/ports/runtime.ts";
import { backoffLimit, jitter, type BackoffOptions } from "../../outbox/backoff.ts";

/** Waiting of work that goes on until it is stopped. */
export class Pacing {
  readonly signal: AbortSignal;
  readonly #runtime: Pick<Runtime, "random">;

  constructor(signal: AbortSignal, runtime: Pick<Runtime, "random">) {
    this.signal = signal;
    this.#runtime = runtime;
  }

  get ended(): boolean {
    return this.signal.aborted;
  }

  /** Until then, or until the end. */
  async pause(ms: number): Promise<void> {
    await wait(ms, undefined, { signal: this.signal, ref: false }).catch(() => undefined);
  }

  /** As long as somebody should wait who has failed so often, from 1. */
  async backOff(failures: number, options: BackoffOptions): Promise<void> {
    await this.pause(1 + jitter(backoffLimit(failures, options), this.#runtime));
  }
}
