import { FanfareError } from "@fanfare/protocol";
import type { Identity } from "./identity.ts";

interface Bucket {
  tokens: number;
  at: number;
}

/** Identities that are remembered; the one that published longest ago is forgotten first. */
const MAX_BUCKETS = 10_000;

/** Events a second for each identity, with a second's worth saved up. */
export class PublishRate {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param perSecond 0 is "no limit". */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /** Throws `rate_limited` when the identity publishes more than it may; then nothing is taken. */
  take(identity: Identity, events: number): void {
    if (this.#perSecond === 0 || identity.kind === "root") return;
    const now = this.#now();
    const known = this.#buckets.get(identity.sub);
    const saved = known === undefined ? this.#perSecond : known.tokens + ((now - known.at) / 1000) * this.#perSecond;
    const tokens = Math.min(this.#perSecond, saved);
    // A batch above the rate is let through by a full bucket, which is then in debt: it would never pass otherwise.
    if (tokens < Math.min(events, this.#perSecond))
      throw new FanfareError("rate_limited", `publish: at most ${this.#perSecond} events a second are allowed`);
    this.#buckets.delete(identity.sub);
    this.#buckets.set(identity.sub, { tokens: tokens - events, at: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_BUCKETS && oldest !== undefined) this.#buckets.delete(oldest);
  }
}
