/** Runs of one process, printed as one line of JSON for the harness. */
export function tell(figures: Readonly<Record<string, number>>): void {
  console.log(JSON.stringify(figures));
}

export interface BatchPlan {
  readonly sizes: readonly number[];
  readonly milliseconds: number;
}

/** From the command line: `SIZE,SIZE… MILLISECONDS`. */
export function batchPlan(): BatchPlan {
  const [sizes = "1", milliseconds = "1000"] = process.argv.slice(2);
  return { sizes: sizes.split(",").map(Number), milliseconds: Number(milliseconds) };
}

export function metricOf(size: number): string {
  return `rows/s at batch ${size}`;
}

/** Rows a second of something that is repeated by so many at once until the time is over. A tenth of it goes first, unmeasured. */
export async function rate(plan: BatchPlan, size: number, abreast: number, once: () => unknown): Promise<number> {
  await repeat(plan.milliseconds / 10, abreast, once);
  const started = performance.now();
  const times = await repeat(plan.milliseconds, abreast, once);
  return (times * size * 1000) / (performance.now() - started);
}

async function repeat(milliseconds: number, abreast: number, once: () => unknown): Promise<number> {
  const end = performance.now() + milliseconds;
  let times = 0;
  const lane = async (): Promise<void> => {
    do {
      const pending = once();
      // A bare loop has nothing to wait for and must not pay for waiting.
      if (pending instanceof Promise) await pending;
      times += 1;
    } while (performance.now() < end);
  };
  await Promise.all(Array.from({ length: abreast }, lane));
  return times;
}
