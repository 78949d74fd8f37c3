import type { Transport } from "./link.ts";

/** Failures to open in a row after which a transport that has worked before counts as blocked. */
const PATIENCE = 3;

/**
 * Chooses among transports, the first one preferred: one that can't be opened gives way to the next, which is kept for a
 * while, since what blocks the first (a proxy, mostly) stays for a while.
 */
export class Ways {
  readonly #transports: readonly Transport[];
  readonly #rememberMs: number;
  #at = 0;
  /** When to try the preferred one again. */
  #until = 0;
  #failures = 0;
  #worked = false;

  constructor(transports: readonly Transport[], rememberMs: number) {
    this.#transports = transports;
    this.#rememberMs = rememberMs;
  }

  pick(now: number): Transport {
    if (this.#at > 0 && this.#worked && now >= this.#until) this.#turnTo(0);
    const transport = this.#transports[this.#at];
    if (transport === undefined) throw new RangeError("transports: at least one is needed");
    return transport;
  }

  opened(now: number): void {
    if (!this.#worked) this.#until = now + this.#rememberMs;
    this.#worked = true;
    this.#failures = 0;
  }

  /** The picked one did not open. Answers true when the next one should be tried at once. */
  failed(): boolean {
    this.#failures += 1;
    if (this.#worked && this.#failures < PATIENCE) return false;
    const last = this.#at === this.#transports.length - 1;
    this.#turnTo(last ? 0 : this.#at + 1);
    return !last;
  }

  #turnTo(at: number): void {
    this.#at = at;
    this.#failures = 0;
    this.#worked = false;
  }
}
