/** What a simulation saw: broken promises, and how often it came to each situation that it is there for. */
export class Findings {
  readonly violations: string[] = [];
  readonly counts: Map<string, number> = new Map();
  readonly #trace: ((line: string) => void) | undefined;

  constructor(trace: ((line: string) => void) | undefined) {
    this.#trace = trace;
  }

  report(message: string): void {
    this.violations.push(message);
    this.#trace?.(`!! ${message}`);
  }

  count(situation: string, by = 1): void {
    this.counts.set(situation, (this.counts.get(situation) ?? 0) + by);
  }

  /** For people who replay a seed; costs nothing where nobody listens. */
  note(line: () => string): void {
    this.#trace?.(line());
  }
}
