import type { PublishResult } from "@fanfare/protocol";
import { toPlace, type Ledger } from "./ledger.ts";

/** The mark that an event carries as its data: who published it with which call, and where in the call. */
export interface Mark {
  readonly publisher: number;
  readonly call: number;
  readonly index: number;
  readonly of: number;
}

type Outcome = "open" | "unknown" | "withdrawn" | PublishResult;

/** Holds what clients published against the logs: each event exactly once, whole batches, in the order of the calls. */
export class PublishingOracle {
  readonly #ledger: Ledger;
  readonly #fault: (message: string) => void;
  readonly #outcomes = new Map<string, Outcome>();

  constructor(ledger: Ledger, fault: (message: string) => void) {
    this.#ledger = ledger;
    this.#fault = fault;
  }

  get open(): number {
    return [...this.#outcomes.values()].filter((outcome) => outcome === "open").length;
  }

  called({ publisher, call }: Pick<Mark, "publisher" | "call">): void {
    this.#outcomes.set(`${publisher}/${call}`, "open");
  }

  /** `unknown`: the client was closed before; `withdrawn`: it was taken back before it was sent. */
  came({ publisher, call }: Pick<Mark, "publisher" | "call">, outcome: Exclude<Outcome, "open">): void {
    this.#outcomes.set(`${publisher}/${call}`, outcome);
  }

  check(): void {
    for (const epoch of this.#ledger.epochs) this.#checkLog(epoch);
    for (const [name, outcome] of this.#outcomes) {
      if (outcome === "open") this.#fault(`publish ${name} never came to anything`);
      else if (typeof outcome !== "string") this.#checkAnswer(name, outcome);
    }
  }

  #checkLog(epoch: string): void {
    const last = new Map<number, Mark>();
    for (const { data, position } of this.#ledger.events(epoch)) {
      const mark = data as unknown as Mark;
      const name = `${mark.publisher}/${mark.call}`;
      if (this.#outcomes.get(name) === "withdrawn") this.#fault(`publish ${name} was withdrawn and is in the log`);
      const before = last.get(mark.publisher);
      const begins = mark.index === 0 && (before === undefined || mark.call > before.call);
      const goesOn = before?.call === mark.call && mark.index === before.index + 1;
      if (!begins && !goesOn)
        this.#fault(`${JSON.stringify(mark)} is at ${position}, behind ${JSON.stringify(before)}`);
      if (begins && before !== undefined && before.index + 1 < before.of)
        this.#fault(`publish ${before.publisher}/${before.call} is in the log in part`);
      last.set(mark.publisher, mark);
    }
  }

  #checkAnswer(name: string, { events, cursor }: PublishResult): void {
    const log = this.#ledger.events(toPlace(cursor).epoch);
    for (const [index, { position, id }] of events.entries()) {
      const event = log[position - 1];
      const mark = event?.data as unknown as Mark | undefined;
      if (event?.id !== id || `${mark?.publisher}/${mark?.call}` !== name || mark?.index !== index)
        this.#fault(`publish ${name} was told that its event ${index} is at ${position}, where it is not`);
    }
  }
}
