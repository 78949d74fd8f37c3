import { build } from "hdr-histogram-js";
import { clock } from "./payload.ts";

/** Milliseconds from the due time of an event to its arrival. */
export interface Latency {
  readonly samples: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly most: number;
}

/** Latencies against scheduled times, so that a stalled sender cannot hide what a real one would have seen. */
export class LatencyHistogram {
  readonly #histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 600_000_000,
    numberOfSignificantValueDigits: 3,
  });

  record(dues: readonly number[]): void {
    const now = clock();
    for (const due of dues) this.#histogram.recordValue(Math.max(1, now - due));
  }

  reset(): void {
    this.#histogram.reset();
  }

  read(): Latency {
    const milliseconds = (percentile: number): number => this.#histogram.getValueAtPercentile(percentile) / 1000;
    return {
      samples: this.#histogram.totalCount,
      p50: milliseconds(50),
      p99: milliseconds(99),
      p999: milliseconds(99.9),
      most: this.#histogram.maxValue / 1000,
    };
  }
}
