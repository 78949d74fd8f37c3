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
  readonly #onRevoked: () => void;
  readonly #before = new Map<string, number>();
  /** Revocations that are being written. */
  readonly #running = new Set<Promise<void>>();
  #loaded = false;
  #closed = false;
  #timer: Timer | undefined;

  /** @param onRevoked learns that connections may have lost their right. */
  constructor(options: {
    readonly state: State;
    readonly notices: Notices;
    readonly runtime: Runtime;
    readonly onRevoked: () => void;
  }) {
    this.#state = options.state;
    this.#notices = options.notices;
    this.#runtime = options.runtime;
    this.#onRevoked = options.onRevoked;
  }

  /** Reads what is refused, now and again from time to time. */
  async load(): Promise<void> {
    try {
      for (const { key, value } of await this.#state.list(PREFIX)) this.#learn(key, Number(value));
      this.#loaded = true;
    } finally {
      if (!this.#closed) this.#timer = this.#runtime.later(RELOAD_MS, () => void this.load().catch(() => undefined));
    }
  }

  /** Refuses the target durably, here and everywhere. */
  async add(target: RevokeTarget): Promise<void> {
    const running = this.#add(target);
    this.#running.add(running);
    try {
      await running;
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

  async #add(target: RevokeTarget): Promise<void> {
    const key = "sub" in target ? subKey(target.sub) : jtiKey(target.jti);
    const before = "sub" in target ? this.#runtime.now() : Number.MAX_SAFE_INTEGER;
    const expires = target.exp === undefined ? this.#runtime.now() + KEEP_MS : target.exp * 1000;
    await this.#state.put(key, String(before), { expires });
    this.#notices.publish({ kind: "revoked", key, before });
    this.#learn(key, before);
  }

  #learn(key: string, before: number): void {
    if ((this.#before.get(key) ?? 0) >= before) return;
    this.#before.set(key, before);
    this.#onRevoked();
  }
}

function subKey(sub: string): string {
  return `${PREFIX}sub:${sub}`;
}

function jtiKey(jti: string): string {
  return `${PREFIX}jti:${jti}`;
}
