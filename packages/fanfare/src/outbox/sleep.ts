import type { Runtime } from "../core/ports/runtime.ts";

/** How one sleeper waits: some waits may be cut short. */
export class Sleep {
  readonly #runtime: Pick<Runtime, "later">;
  #woken = false;
  #ended = false;
  #rise: (() => void) | undefined;
  /** Only a nap is ended by `wake`. */
  #light = false;

  constructor(runtime: Pick<Runtime, "later">) {
    this.#runtime = runtime;
  }

  /** Ends the nap under way, or the next one before it begins. */
  wake(): void {
    this.#woken = true;
    if (this.#light) this.#rise?.();
  }

  /** Ends the nap or pause under way, and every later one before it begins. */
  end(): void {
    this.#ended = true;
    this.#rise?.();
  }

  /** Until then, or until somebody calls. */
  async nap(ms: number): Promise<void> {
    if (!this.#woken) await this.#interruptible(ms, true);
    this.#woken = false;
  }

  /** Until then, whoever calls; but not beyond the end. */
  pause(ms: number): Promise<void> {
    return this.#interruptible(ms, false);
  }

  /** Until then in any case. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#runtime.later(ms, resolve));
  }

  #interruptible(ms: number, light: boolean): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      const rise = (): void => {
        timer.cancel();
        this.#rise = undefined;
        resolve();
      };
      const timer = this.#runtime.later(ms, rise);
      this.#rise = rise;
      this.#light = light;
    });
  }
}
