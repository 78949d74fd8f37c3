/** Milliseconds that something took, over and over. */
export interface Figures {
  readonly name: string;
  readonly times: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export async function measure(name: string, times: number, work: (at: number) => Promise<unknown>): Promise<Figures> {
  const taken: number[] = [];
  for (let at = 0; at < times; at += 1) {
    const started = performance.now();
    await work(at);
    taken.push(performance.now() - started);
  }
  taken.sort((one, other) => one - other);
  const of = (part: number): number => taken[Math.min(taken.length - 1, Math.floor(taken.length * part))] ?? 0;
  return { name, times, p50: of(0.5), p99: of(0.99), max: of(1) };
}

export function toTable(figures: readonly Figures[]): string {
  const rows = figures.map(({ name, times, p50, p99, max }) =>
    [name.padEnd(44), String(times).padStart(6), ...[p50, p99, max].map((ms) => ms.toFixed(2).padStart(9))].join(" "),
  );
  return [`${"milliseconds".padEnd(44)}  times       p50       p99       max`, ...rows].join("\n");
}
