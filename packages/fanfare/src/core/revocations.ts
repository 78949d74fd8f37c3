import { FanfareError } from "@fanfare/protocol";
import type { RevokeTarget } from "./hub.ts";
import type { Identity } from "./identity.ts";
import type { Notices, RevokedNotice } from "./notices.ts";
import type { State } from "./ports/state.ts";
import type { Runtime, Timer } from "./ports/runtime.ts";

const PREFIX = "revoked:";

/** Kept as long as a credential may live that we know no end of. */
const KEEP_MS = 400 * 24 * 60 * 60 * 1000;

/** The bus tells at once; this finds what a lost notice would have told. */
const RELOAD_MS = 5_000;

/** Credentials that are refused: durable, known to every process of the log, asked on every call. */
export class Revocations {
  readonly #state: State;
  readonly #notices: Notices;
  readonly #runtime: Runtime;
  readonly #onRevoked: () => number;
  readonly #before = new Map<string, number>();
  /** Revocations that are being written. */
  readonly #running = new Set<Promise<unknown>>();
  #loaded = false;
  #closed = false;
  #timer: Timer | undefined;

  /** @param onRevoked closes connections that have lost their right; answers how many. */
  constructor(options: {
    readonly state: State;
    readonly notices: Notices;
    readonly runtime: Runtime;
    readonly onRevoked: () => number;
  }) {
    this.#state = options.state;
    this.#notices = options.notices;
    this.#runtime = options.runtime;
    this.#onRevoked = options.onRevoked;
  }

  /** Reads what is refused, now and again from time to time. */
  async load(): Promise<void> {
    try {
      for (const { key, value } of await this.#state.list(PREFIX)) this.#learn(key, parseRefusal(value).before);
      this.#loaded = true;
    } finally {
      if (!this.#closed) this.#timer = this.#runtime.later(RELOAD_MS, () => void this.load().catch(() => undefined));
    }
  }

  /** Refuses the target durably, here and everywhere; answers how many connections that closed here. */
  async add(target: RevokeTarget): Promise<number> {
    const running = this.#add(target);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  hear(notice: RevokedNotice): void {
    this.#learn(notice.key, notice.before);
  }

  /** Throws `token_expired` or `token_revoked`; `unavailable` before it is known what is refused. */
  check(identity: Identity): void {
    if (identity.kind !== "user") return;
    if (!this.#loaded) throw new FanfareError("unavailable", "the server is starting; try again in a moment");
    if (identity.expires !== undefined && identity.expires <= this.#runtime.now())
      throw new FanfareError("token_expired", "the credential has expired");
    const before = this.#before.get(subKey(identity.sub));
    const revoked =
      (before !== undefined && (identity.issued ?? 0) <= before) ||
      (identity.jti !== undefined && this.#before.has(jtiKey(identity.jti)));
    if (revoked) throw new FanfareError("token_revoked", "the credential was revoked");
  }

  /** Waits for what is being written, so that the others are told of it while there is a bus. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await Promise.allSettled(this.#running);
  }

  async #add(target: RevokeTarget): Promise<number> {
    const key = "sub" in target ? subKey(target.sub) : jtiKey(target.jti);
    const now = this.#runtime.now();
    const before = "sub" in target ? now : Number.MAX_SAFE_INTEGER;
    const asked = target.exp === undefined ? now + KEEP_MS : target.exp * 1000;
    if (asked <= now) throw new FanfareError("invalid_request", "exp: is over already");
    const known = await this.#state.get(key);
    // An earlier refusal may reach further: nobody is let in again by a second one.
    const expires = Math.max(asked, known === undefined ? 0 : parseRefusal(known.value).expires);
    await this.#state.put(key, JSON.stringify({ before, expires } satisfies Refusal), { expires });
    this.#notices.publish({ kind: "revoked", key, before });
    return this.#learn(key, before);
  }

  #learn(key: string, before: number): number {
    if ((this.#before.get(key) ?? 0) >= before) return 0;
    this.#before.set(key, before);
    return this.#onRevoked();
  }
}

/** What the state keeps of a refusal; times in milliseconds since 1970. */
interface Refusal {
  readonly before: number;
  readonly expires: number;
}

function parseRefusal(value: string): Refusal {
  return JSON.parse(value) as Refusal;
}

function subKey(sub: string): string {
  return `${PREFIX}sub:${sub}`;
}

function jtiKey(jti: string): string {
  return `${PREFIX}jti:${jti}`;
}
