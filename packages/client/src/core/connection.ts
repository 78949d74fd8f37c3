import {
  CLOSE_CODES,
  type Hello,
  type Method,
  type NotificationFrame,
  type RenewResult,
  type Requests,
  type Responses,
} from "@fanfare/protocol";
import type { Pause } from "./backoff.ts";
import { Calls, LostError } from "./calls.ts";
import { Credential, type TokenSource } from "./credential.ts";
import type { Link, LinkEnd, ServerFrame, Transport } from "./link.ts";
import { Observed } from "./observed.ts";
import type { Occurrence, Runtime, Surroundings, Timer } from "./runtime.ts";
import { isOpen, next, type ConnectionState, type Happening } from "./state.ts";
import { judge } from "./verdict.ts";

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
  opened(hello: Hello): void;
  /** What was under way on the link is gone. */
  lost(): void;
  notified(frame: NotificationFrame): void;
  renewed(result: RenewResult): void;
}

/** Until `hello` has said how often the hub beats. */
const HEARTBEAT_MS = 15_000;
const FRAME_BYTES = 1024 * 1024;
/** Heartbeats that may be missed before a silent link counts as dead. */
export const MISSED = 2.5;
/** Silence, in heartbeats, after which a link is asked whether it lives. */
const ASKED = 1.5;
/** How long a link has to answer that is asked after a sleep or a change of network. */
const PROBE_MS = 5_000;
/** A link that stood for so long was no failure. */
const STABLE_MS = 5_000;

/** The one connection of a client: opens links, judges their ends, and comes back. */
export class Connection {
  readonly state: Observed<ConnectionState> = new Observed<ConnectionState>({ state: "idle" });
  readonly #options: ConnectionOptions;
  readonly #listener: ConnectionListener;
  readonly #credential: Credential;
  readonly #unwatch: () => void;
  #link: Link | undefined;
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
    this.#credential = new Credential(options.token, options.runtime);
    this.#unwatch = options.surroundings.watch((occurrence) => this.#occurred(occurrence));
  }

  get open(): boolean {
    return isOpen(this.state.value);
  }

  /** The largest message that the hub takes. */
  get frameBytes(): number {
    const told = this.#hello?.limits["frameBytes"];
    return typeof told === "number" ? told : FRAME_BYTES;
  }

  /** Milliseconds between the hub's heartbeats. */
  get heartbeatMs(): number {
    return this.#hello?.heartbeat ?? HEARTBEAT_MS;
  }

  /** Connects when nothing does yet; from `stopped` too. */
  start(): void {
    if (this.state.value.state === "stopped") this.#failures = 0;
    this.#happen({ kind: "wanted" });
  }

  /** Nothing is wanted any more. */
  rest(): void {
    this.#happen({ kind: "unwanted" });
  }

  close(): void {
    this.#unwatch();
    this.#happen({ kind: "close" });
  }

  /** Says whether all subscriptions have what there is. */
  progress(caughtUp: boolean): void {
    if (caughtUp !== (this.state.value.state === "live")) this.#happen({ kind: caughtUp ? "caught-up" : "behind" });
  }

  /** Rejects with `ClientError` when refused and with `LostError` when there is no link, or none any more. */
  request<M extends Method>(method: M, params: Requests[M], timeoutMs?: number): Promise<Responses[M]> {
    if (!this.open || this.#calls === undefined) return Promise.reject(new LostError("not connected"));
    return this.#calls.request(method, params, timeoutMs);
  }

  #happen(happening: Happening): void {
    const before = this.state.value;
    const after = next(before, happening);
    if (after === before) return;
    const wasOpen = isOpen(before);
    if (!(wasOpen && isOpen(after)) && !(before.state === "connecting" && isOpen(after))) this.#drop();
    this.state.set(after);
    if (wasOpen && !isOpen(after)) this.#listener.lost();
    // A watcher may have changed it meanwhile.
    if (this.state.value === after) this.#enter(after);
  }

  #enter(state: ConnectionState): void {
    const { runtime, pause } = this.#options;
    const due = (): void => this.#happen({ kind: "due" });
    if (state.state === "connecting") void this.#connect();
    else if (state.state === "waiting") this.#timer = runtime.later(Math.max(0, state.until - runtime.now()), due);
    // Machines say that they are offline while a hub on the same machine, or behind a tunnel, can be reached.
    else if (state.state === "offline") this.#timer = runtime.later(pause.longestMs, due);
  }

  /** Lets go of whatever belongs to the state that ends. */
  #drop(): void {
    this.#try += 1;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#credential.unwatch();
    this.#link?.close();
    this.#link = undefined;
    this.#calls?.fail("the connection was lost");
    this.#calls = undefined;
  }

  async #connect(): Promise<void> {
    const { url, profile, runtime, openTimeoutMs } = this.#options;
    const current = this.#try;
    const mine = (): boolean => current === this.#try;
    this.#timer = runtime.later(openTimeoutMs, () =>
      this.#lost({ code: 1006, reason: `no answer in ${openTimeoutMs} ms` }),
    );
    let token: string | undefined;
    try {
      token = await this.#credential.get();
    } catch (error) {
      if (mine())
        this.#lost({ code: 1006, reason: `token: ${error instanceof Error ? error.message : String(error)}` });
      return;
    }
    if (!mine()) return;
    this.#slot = undefined;
    this.#hello = undefined;
    const listener = {
      received: (frame: ServerFrame) => mine() && this.#received(frame),
      closed: (end: LinkEnd) => mine() && this.#lost(end),
    };
    const link = this.#options.transport.open({ url, profile, token }, listener);
    this.#link = link;
    this.#calls = new Calls(
      runtime,
      this.#options.requestTimeoutMs,
      (frame) => link.send(frame),
      () => this.#lost({ code: 1006, reason: "a request was not answered" }),
    );
  }

  #received(frame: ServerFrame): void {
    this.#heardAt = this.#options.runtime.now();
    if (!("method" in frame)) this.#calls?.settle(frame);
    else if (frame.method === "hello") this.#greeted(frame.params);
    else if (this.#hello === undefined) return;
    else if (frame.method === "goaway") this.#slot = this.#heardAt + frame.params.reconnectAfterMs;
    else this.#listener.notified(frame);
  }

  #greeted(hello: Hello): void {
    const first = this.#hello === undefined;
    // A later stream of the same link knows more than its first answer did.
    this.#hello = hello;
    this.#skewMs = Date.parse(hello.time) - this.#heardAt;
    this.#expires(hello);
    if (first) this.#opened(hello);
  }

  #opened(hello: Hello): void {
    this.#openedAt = this.#heardAt;
    this.#timer?.cancel();
    this.#watchSilence();
    this.#happen({ kind: "opened" });
    if (this.open) this.#listener.opened(hello);
  }

  #lost(end: LinkEnd): void {
    const { runtime, surroundings, pause } = this.#options;
    const now = runtime.now();
    const { renewable } = this.#credential;
    this.#failures = this.open && now - this.#openedAt >= STABLE_MS ? 1 : this.#failures + 1;
    // A WebSocket that does not open never says why: the credential may be the reason.
    if (!this.open || end.code === CLOSE_CODES.unauthenticated) this.#credential.forget();
    const chance = runtime.random();
    const verdict = judge(end, { now, chance, failures: this.#failures, pause, slot: this.#slot, renewable });
    this.#happen({ kind: "lost", verdict, attempt: this.#failures + 1, online: surroundings.online });
  }

  #watchSilence(): void {
    const { runtime } = this.#options;
    this.#timer = runtime.later(this.heartbeatMs / 2, () => {
      const silence = runtime.now() - this.#heardAt;
      if (silence >= this.heartbeatMs * MISSED) return this.#lost({ code: 1006, reason: "no heartbeat" });
      if (silence >= this.heartbeatMs * ASKED) this.#ask();
      this.#watchSilence();
    });
  }

  #ask(timeoutMs?: number): void {
    // An answer is a sign of life, whatever it says; without one the link is given up.
    this.request("ping", {}, timeoutMs).catch(() => undefined);
  }

  #occurred(occurrence: Occurrence): void {
    if (occurrence === "online" || occurrence === "offline")
      this.#happen({ kind: "network", online: occurrence === "online" });
    else this.#happen({ kind: occurrence });
    if (this.open) this.#ask(PROBE_MS);
  }

  async #renew(): Promise<void> {
    const current = this.#try;
    try {
      const token = await this.#credential.fresh();
      if (token === undefined || current !== this.#try) return;
      const result = await this.request("renew", { token });
      this.#expires(result);
      this.#listener.renewed(result);
    } catch {
      // The hub ends the connection when the old credential does, and the client comes back with a new one.
    }
  }

  #expires({ expires }: { readonly expires?: string }): void {
    if (expires === undefined) return;
    const left = Date.parse(expires) - this.#options.runtime.now() - this.#skewMs;
    this.#credential.watch(left, () => void this.#renew());
  }
}
