import {
  type Hello,
  type Method,
  type NotificationFrame,
  type RenewResult,
  type Requests,
  type Responses,
} from "@fanfare/protocol";
import type { Pause } from "./backoff.ts";
import { createCalls, type Calls } from "./calls.ts";
import { createCredential, type Credential, type TokenSource } from "./credential.ts";
import { lostError } from "./error.ts";
import type { LinkEnd, ServerFrame, Transport } from "./link.ts";
import { observed, type Observed } from "./observed.ts";
import type { Occurrence, Runtime, Surroundings, Timer } from "./runtime.ts";
import { isOpen, next, type ConnectionState, type Happening } from "./state.ts";
import { isUnauthenticated, judge } from "./verdict.ts";

export interface ConnectionOptions {
  readonly url: string;
  readonly profile?: string | undefined;
  readonly token?: TokenSource | undefined;
  readonly transport: Transport;
  readonly runtime: Runtime;
  readonly surroundings: Surroundings;
  readonly pause: Pause;
  readonly openTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** Told what happens on a connection. */
export interface ConnectionListener {
  opened(): void;
  /** What was under way on the link is gone. */
  lost(): void;
  /** Time to look who has heard nothing for too long. */
  beat(staleMs: number): void;
  notified(frame: NotificationFrame): void;
  renewed(result: RenewResult): void;
}

/** Until `hello` has said how often the hub beats. */
const HEARTBEAT_MS = 15_000;
/** Heartbeats that may be missed before a silent link counts as dead. */
const MISSED = 2.5;
/** The share of it after which a link is asked whether it lives. */
const ASKED = 0.6;
/** How long a link has to answer that is asked after a sleep or a change of network. */
const PROBE_MS = 5_000;
/** A link that stood for so long was no failure. */
const STABLE_MS = 5_000;

/** The one connection of a client: opens links, judges their ends, and comes back. */
export class Connection {
  readonly state: Observed<ConnectionState> = observed<ConnectionState>({ state: "idle" });
  readonly #options: ConnectionOptions;
  readonly #listener: ConnectionListener;
  readonly #credential: Credential;
  readonly #unwatch: () => void;
  #calls: Calls | undefined;
  #hello: Hello | undefined;
  /** How far the hub's clock is ahead. */
  #skewMs = 0;
  #openedAt = 0;
  #heardAt = 0;
  #failures = 0;
  /** The time for coming back that the hub announced. */
  #slot: number | undefined;
  #timer: Timer | undefined;
  /** Counts the tries, so that what an earlier one still has to say is not heard. */
  #try = 0;

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options;
    this.#listener = listener;
    this.#credential = createCredential(options.token, options.runtime);
    this.#unwatch = options.surroundings.watch((occurrence) => this.#occurred(occurrence));
  }

  get open(): boolean {
    return isOpen(this.state.value);
  }

  /** What the hub of this link, or of the last one, has said of itself. */
  get hello(): Hello | undefined {
    return this.#hello;
  }

  /** The silence after which nothing is certain any more. */
  get #staleMs(): number {
    return (this.#hello?.heartbeat ?? HEARTBEAT_MS) * MISSED;
  }

  close(): void {
    this.#unwatch();
    this.happen("closed");
  }

  /**
   * Rejects with `ClientError` when refused, and when there is no link, or none any more. `answered` is called before anything that
   * came behind the answer is told, which whoever waits for the promise would be too late for.
   */
  request<M extends Method>(
    method: M,
    params: Requests[M],
    timeoutMs: number = this.#options.requestTimeoutMs,
    answered?: (result: Responses[M]) => void,
  ): Promise<Responses[M]> {
    if (this.open && this.#calls !== undefined) return this.#calls.request(method, params, timeoutMs, answered);
    return Promise.reject(lostError());
  }

  /** Tells the machine what happened, and does what the state asks for that it leads to. */
  happen(happening: Happening): void {
    const before = this.state.value;
    if (before.state === "stopped") this.#failures = 0;
    const after = next(before, happening);
    if (after === before) return;
    if (!isOpen(after)) this.#drop();
    try {
      this.state.set(after);
    } finally {
      // A watcher may have thrown, or changed it meanwhile.
      if (isOpen(before) && !isOpen(after)) this.#listener.lost();
      if (this.state.value === after) this.#enter(after);
    }
  }

  #enter(after: ConnectionState): void {
    const { runtime, pause } = this.#options;
    const { state } = after;
    if (state === "connecting") void this.#connect();
    if (state !== "waiting" && state !== "offline") return;
    // Machines say that they are offline while a hub on the same machine, or behind a tunnel, can be reached.
    const ms = state === "waiting" ? after.until - runtime.now() : pause.longestMs;
    this.#timer = runtime.later(ms, () => this.happen("due"));
  }

  /** Lets go of whatever belongs to the state that ends. */
  #drop(): void {
    this.#try += 1;
    this.#timer?.cancel();
    this.#credential.unwatch();
    this.#calls?.close();
    this.#calls = undefined;
  }

  async #connect(): Promise<void> {
    const { url, profile, runtime, openTimeoutMs } = this.#options;
    const current = this.#try;
    const mine = (): boolean => current === this.#try;
    this.#timer = runtime.later(openTimeoutMs, () => this.#broke("no answer"));
    const listener = {
      received: (frame: ServerFrame) => mine() && this.#received(frame),
      closed: (end: LinkEnd) => mine() && this.#lost(end),
    };
    try {
      const token = await this.#credential.get();
      if (!mine()) return;
      this.#slot = undefined;
      const link = this.#options.transport.open({ url, profile, token }, listener);
      this.#calls = createCalls(runtime, link, () => this.#broke("no answer"));
    } catch (error) {
      if (mine()) this.#broke(String(error));
    }
  }

  #received(frame: ServerFrame): void {
    this.#heardAt = this.#options.runtime.now();
    if (!("method" in frame)) this.#calls?.settle(frame);
    else if (frame.method === "hello") this.#greet(frame.params);
    else if (frame.method === "goaway") this.#slot = this.#heardAt + frame.params.reconnectAfterMs;
    else this.#listener.notified(frame);
  }

  #greet(hello: Hello): void {
    // A later stream of the same link knows more than its first answer did.
    this.#hello = hello;
    this.#skewMs = Date.parse(hello.time) - this.#heardAt;
    this.#expires(hello);
    this.#timer?.cancel();
    this.#watchSilence();
    if (this.open) return;
    this.#openedAt = this.#heardAt;
    this.happen("opened");
    if (this.open) this.#listener.opened();
  }

  #broke(reason: string): void {
    this.#lost({ code: 1006, reason });
  }

  #lost(end: LinkEnd): void {
    const { renewable } = this.#credential;
    const stable = this.open && this.#options.runtime.now() - this.#openedAt >= STABLE_MS;
    const failures = (this.#failures = stable ? 1 : this.#failures + 1);
    // A WebSocket that does not open never says why: the credential may be the reason.
    if (!this.open || isUnauthenticated(end)) this.#credential.forget();
    this.happen(judge(end, this.#options, { failures, slot: this.#slot, renewable }));
    this.#listener.beat(this.#staleMs);
  }

  #watchSilence(): void {
    const { runtime } = this.#options;
    this.#timer = runtime.later(this.#staleMs / 5, () => {
      const silence = runtime.now() - this.#heardAt;
      if (silence >= this.#staleMs) return this.#broke("no heartbeat");
      if (silence >= this.#staleMs * ASKED) this.#ask();
      this.#listener.beat(this.#staleMs);
      this.#watchSilence();
    });
  }

  #ask(timeoutMs?: number): void {
    // An answer is a sign of life, whatever it says; without one the link is given up.
    this.request("ping", {}, timeoutMs).catch(() => undefined);
  }

  #occurred(occurrence: Occurrence): void {
    this.happen(occurrence);
    if (this.open) this.#ask(PROBE_MS);
  }

  async #renew(): Promise<void> {
    const current = this.#try;
    try {
      this.#credential.forget();
      const token = await this.#credential.get();
      if (token === undefined || current !== this.#try) return;
      const result = await this.request("renew", { token });
      this.#expires(result);
      this.#listener.renewed(result);
    } catch {
      // The hub ends the connection when the old credential does, and the client comes back with a new one.
      this.#credential.forget();
    }
  }

  #expires({ expires }: { readonly expires?: string }): void {
    if (expires === undefined) return;
    const left = Date.parse(expires) - this.#options.runtime.now() - this.#skewMs;
    this.#credential.watch(left, () => void this.#renew());
  }
}
