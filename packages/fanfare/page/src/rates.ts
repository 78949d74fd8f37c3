/** One look at the counters, by name. */
interface Sample {
  readonly at: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** Rates of counters that only grow, over the last few seconds. */
export class Rates {
  readonly #windowMs: number;
  readonly #samples: Sample[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Takes the counters as they are at `at` (milliseconds of any clock) and answers each one's growth a second. */
  update(at: number, counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    // The newest sample beyond the window still begins it; older ones say nothing any more.
    while (this.#samples[1] !== undefined && at - this.#samples[1].at >= this.#windowMs) this.#samples.shift();
    const begin = this.#samples[0];
    this.#samples.push({ at, counts });
    const rates = new Map<string, number>();
    if (begin === undefined || at <= begin.at) return rates;
    const seconds = (at - begin.at) / 1000;
    for (const [name, count] of counts) {
      // A counter that fell began anew; one that was not there yet began at nothing.
      rates.set(name, Math.max(0, count - (begin.counts.get(name) ?? 0)) / seconds);
    }
    return rates;
  }

  clear(): void {
    this.#samples.length = 0;
  }
}
