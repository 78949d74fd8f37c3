import type { Proof, Update } from "./update.ts";

interface Letter<Event, State> {
  readonly update: Update<Event, State>;
  /** What is proven when the application is done with this and everything before. */
  proof: Proof | undefined;
}

/**
 * What came and is not yet dealt with, between a connection that never waits and an application that may be slow. It is
 * taken one at a time, and taking the next says that the one before is dealt with.
 */
export class Mailbox<Event, State> {
  readonly #onProven: (proof: Proof) => void;
  #letters: Letter<Event, State>[] = [];
  #events = 0;
  /** The one that the application is dealing with. */
  #taken: Letter<Event, State> | undefined;
  #waiting: (() => void)[] = [];
  #closed = false;
  #failure: Error | undefined;

  constructor(onProven: (proof: Proof) => void) {
    this.#onProven = onProven;
  }

  /** Events that wait. */
  get size(): number {
    return this.#events;
  }

  /** Adds what came in one delivery; the proof holds once all of it is dealt with. */
  put(updates: readonly Update<Event, State>[], proof?: Proof): void {
    if (this.#closed) return;
    for (const update of updates) {
      this.#letters.push({ update, proof: undefined });
      if (update.kind === "events") this.#events += update.events.length;
    }
    if (proof !== undefined) this.#attach(proof);
    this.#rouse();
  }

  #attach(proof: Proof): void {
    const last = this.#letters.at(-1) ?? this.#taken;
    if (last === undefined) this.#onProven(proof);
    else last.proof = proof;
  }

  /** The next update, as soon as there is one; `undefined` when there will be none. Rejects when the mailbox failed. */
  async take(): Promise<Update<Event, State> | undefined> {
    const proof = this.#taken?.proof;
    this.#taken = undefined;
    if (proof !== undefined) this.#onProven(proof);
    while (this.#letters.length === 0 && !this.#closed)
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    const letter = this.#letters.shift();
    this.#taken = letter;
    if (letter?.update.kind === "events") this.#events -= letter.update.events.length;
    if (letter === undefined && this.#failure !== undefined) throw this.#failure;
    return letter?.update;
  }

  /** Nothing more will come; what came before can still be taken. */
  close(failure?: Error): void {
    this.#closed = true;
    this.#failure ??= failure;
    this.#rouse();
  }

  /** Nothing more will be taken. */
  discard(): void {
    this.#letters = [];
    this.#events = 0;
    this.#taken = undefined;
    this.close();
  }

  #rouse(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
