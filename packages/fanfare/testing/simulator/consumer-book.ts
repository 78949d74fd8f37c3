import type { Findings } from "./findings.ts";

/** How far named consumers said that they are. */
export class ConsumerBook {
  readonly #findings: Findings;
  readonly #places = new Map<string, number>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Position that the consumer was last told it is at; 0 for an unknown one. */
  at(sub: string, consumer: string | undefined): number {
    return this.#places.get(`${sub} ${consumer}`) ?? 0;
  }

  /** @param answered where the consumer then is, which is never behind what was asked */
  acked(sub: string, consumer: string, asked: string, answered: string): void {
    const [wanted, got] = [positionOf(asked), positionOf(answered)];
    this.#findings.count("acks");
    if (got < wanted) this.#findings.report(`${sub}'s ${consumer} was moved to ${wanted}, but is at ${got}`);
    const key = `${sub} ${consumer}`;
    this.#places.set(key, Math.max(got, this.#places.get(key) ?? 0));
  }
}

function positionOf(cursor: string): number {
  return Number(cursor.split(":")[1]);
}
