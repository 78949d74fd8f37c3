/** What a round came to: broken promises, how often each situation arose, and a trace for whoever replays it. */
export class Findings {
  readonly violations: string[] = [];
  readonly counts = new Map<string, number>();
  readonly #trace: ((line: string) => void) | undefined;
  readonly #now: () => number;

  constructor(now: () => number, trace: ((line: string) => void) | undefined) {
    this.#now = now;
    this.#trace = trace;
  }

  report(message: string): void {
    this.violations.push(message);
    this.note(() => `✗ ${message}`);
  }

  count(situation: string, by = 1): void {
    this.counts.set(situation, (this.counts.get(situation) ?? 0) + by);
  }

  note(line: () => string): void {
    this.#trace?.(`${this.#now()} ${line()}`);
  }
}
