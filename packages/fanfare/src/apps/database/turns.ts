import { FanfareError } from "@fanfare/protocol";

/** One after the other, in the order of asking; whoever waits for too long is refused. */
export class Turns {
  readonly #waitMs: number;
  #last: Promise<void> = Promise.resolve();

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  /** Runs the work when its turn has come. Throws `unavailable` when that takes too long. */
  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    const { promise: done, resolve: end } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = before.then(() => done);
    try {
      await this.#within(before);
      return await work();
    } finally {
      end();
    }
  }

  async #within(before: Promise<void>): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const message = `transaction: another one was not over within ${this.#waitMs} ms (waitMs)`;
      late.reject(new FanfareError("unavailable", message));
    }, this.#waitMs);
    try {
      await Promise.race([before, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
