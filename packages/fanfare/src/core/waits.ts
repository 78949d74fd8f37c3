import type { Identity } from "./identity.ts";
import type { Abort } from "./ports/runtime.ts";

/** One read that may wait: ends with its caller's abort, with its credential, or with the hub. */
export class Wait implements Abort {
  readonly identity: Identity;
  readonly #listeners = new Set<() => void>();
  readonly #outer: Abort | undefined;
  readonly #onClose: (wait: Wait) => void;
  #aborted = false;

  constructor(identity: Identity, outer: Abort | undefined, onClose: (wait: Wait) => void) {
    this.identity = identity;
    this.#outer = outer;
    this.#onClose = onClose;
    outer?.addEventListener("abort", this.end, { once: true });
  }

  get aborted(): boolean {
    return this.#aborted || this.#outer?.aborted === true;
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.delete(listener);
  }

  readonly end = (): void => {
    this.#aborted = true;
    for (const listener of [...this.#listeners]) listener();
  };

  close(): void {
    this.#outer?.removeEventListener("abort", this.end);
    this.#onClose(this);
  }
}

/** The reads that are under way. */
export class Waits {
  readonly #open = new Set<Wait>();

  open(identity: Identity, outer: Abort | undefined): Wait {
    const wait = new Wait(identity, outer, (closed) => this.#open.delete(closed));
    this.#open.add(wait);
    return wait;
  }

  endAll(): void {
    for (const wait of this.#open) wait.end();
  }

  /** Ends the reads of identities that the check refuses. */
  endInvalid(check: (identity: Identity) => void): void {
    for (const wait of this.#open) {
      try {
        check(wait.identity);
      } catch {
        wait.end();
      }
    }
  }
}
