import type { Runtime, Timer } from "./runtime.ts";

/** A token, or what fetches one: asked again before it ends and after it was refused. `undefined` goes in without one. */
export type TokenSource = string | (() => string | undefined | Promise<string | undefined>);

/** A credential is renewed when this share of its time has gone. */
const GONE = 0.8;

/** The longest wait that timers of browsers can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The credential in use: fetched once, kept while it is good. */
export interface Credential {
  /** Another token can be had: there is a source, which did not come back without one. */
  readonly renewable: boolean;
  /** The token in use, or a new one when there is none. Rejects as the source does. */
  get(): Promise<string | undefined>;
  /** The token in use is no good any more. */
  forget(): void;
  /** Calls `renew` in good time before the credential ends, which is in `left` milliseconds. */
  watch(left: number, renew: () => void): void;
  unwatch(): void;
}

export function createCredential(source: TokenSource | undefined, runtime: Runtime): Credential {
  let token: Promise<string | undefined> | undefined;
  let none = typeof source !== "function";
  let timer: Timer | undefined;
  // What a source throws at once is a rejection too.
  const fetch = async (): Promise<string | undefined> => {
    const fetched = typeof source === "function" ? await source() : source;
    none = fetched === undefined || typeof source !== "function";
    return fetched?.replace(/[^ -~]/g, "?");
  };
  const unwatch = (): void => timer?.cancel();
  return {
    get renewable() {
      return !none;
    },
    get() {
      return (token ??= fetch());
    },
    forget() {
      token = undefined;
    },
    watch(left, renew) {
      unwatch();
      if (!none) timer = runtime.later(Math.min(left * GONE, LONGEST_TIMER_MS), renew);
    },
    unwatch,
  };
}
