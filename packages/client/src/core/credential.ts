import type { Runtime, Timer } from "./runtime.ts";

/** A token, or what fetches one: asked again before it ends and after it was refused. `undefined` goes in without one. */
export type TokenSource = string | (() => string | undefined | Promise<string | undefined>);

/** A renewal happens when this share of a credential's time is left, but no earlier than a minute before its end. */
const LEFT = 0.2;
const EARLIEST_MS = 60_000;

/** The longest wait that timers of browsers can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The credential in use: fetched once, kept while it is good. */
export class Credential {
  readonly #source: TokenSource | undefined;
  readonly #runtime: Runtime;
  #token: Promise<string | undefined> | undefined;
  #none = false;
  #timer: Timer | undefined;

  constructor(source: TokenSource | undefined, runtime: Runtime) {
    this.#source = source;
    this.#runtime = runtime;
  }

  /** Another token can be had: there is a source, which did not come back without one. */
  get renewable(): boolean {
    return typeof this.#source === "function" && !this.#none;
  }

  /** The token in use, or a new one when there is none. Rejects as the source does. */
  get(): Promise<string | undefined> {
    if (this.#token !== undefined) return this.#token;
    const token = this.#fetch();
    this.#token = token;
    token.catch(() => {
      if (this.#token === token) this.forget();
    });
    return token;
  }

  /** Another token than the one in use. */
  fresh(): Promise<string | undefined> {
    this.forget();
    return this.get();
  }

  /** The token in use is no good any more. */
  forget(): void {
    this.#token = undefined;
  }

  /** Calls `renew` in good time before the credential ends, which is in `left` milliseconds. */
  watch(left: number, renew: () => void): void {
    this.unwatch();
    if (!this.renewable) return;
    const wait = left - Math.min(EARLIEST_MS, left * LEFT);
    this.#timer = this.#runtime.later(Math.max(0, Math.min(wait, LONGEST_TIMER_MS)), renew);
  }

  unwatch(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  // What a source throws at once is a rejection too.
  async #fetch(): Promise<string | undefined> {
    const token = await (typeof this.#source === "function" ? this.#source() : this.#source);
    this.#none = token === undefined;
    return token;
  }
}
