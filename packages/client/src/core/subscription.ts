import type { Cursor, Delivery, FanfareEvent, NotificationFrame, Requests, SubscribeResult } from "@fanfare/protocol";
import { pauseAfter } from "./backoff.ts";
import { createChain, hasReached, type Chain } from "./chain.ts";
import { ClientError } from "./error.ts";
import type { Feed, Host } from "./feed.ts";
import { createMailbox, type Mailbox } from "./mailbox.ts";
import { observed, type Observed } from "./observed.ts";
import type { Beginning, Origin } from "./origin.ts";
import type { Timer } from "./runtime.ts";
import type { FromPlace, Selection } from "./subscribe-options.ts";
import { FIRST_STATUS, type SubscriptionState, type SubscriptionStatus } from "./subscription-status.ts";
import type { Proof, Update } from "./update.ts";

const BUFFER_EVENTS = 10_000;

/**
 * One subscription over as many connections as it takes: an async iterable of updates. Taking the next update says that the
 * one before is dealt with, so one reader at a time takes them.
 */
export class Subscription<Event = FanfareEvent, State = never> implements Feed, AsyncIterable<Update<Event, State>> {
  readonly status: Observed<SubscriptionStatus> = observed(FIRST_STATUS);
  /** Resolves when the subscription is over: with the error that ended it, or with nothing after `close`. Never rejects. */
  readonly done: Promise<Error | undefined>;
  readonly #finish: (error: Error | undefined) => void;
  readonly #host: Host;
  readonly #mailbox: Mailbox<Event, State>;
  readonly #origin: Origin<State> | undefined;
  #options: FromPlace;
  /** Where it begins or goes on; `undefined` while that has to be loaded. */
  #place: Beginning<State> | undefined;
  /** Its name on the link; another one each time it opens, so that nothing of an earlier one is taken for its own. */
  #name: string | undefined;
  #chain: Chain | undefined;
  /** The scope that it is served under; its place keeps the former one until the gap between them is told. */
  #scope = "";
  #head: Cursor | undefined;
  /** Counts what was begun, so that answers to something earlier are not heard. */
  #turn = 0;
  #failures = 0;
  #heardAt: number;
  #timer: Timer | undefined;

  constructor(options: FromPlace, host: Host, origin?: Origin<State>) {
    this.#options = options;
    this.#host = host;
    this.#origin = origin;
    this.#heardAt = host.runtime.now();
    ({ promise: this.done, resolve: this.#finish } = Promise.withResolvers<Error | undefined>());
    this.#mailbox = createMailbox((proof) => this.#proven(proof));
    this.#place = origin?.load === undefined ? options : undefined;
  }

  get #state(): SubscriptionState {
    return this.status.value.state;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Update<Event, State>, undefined> {
    try {
      for (let update = await this.#take(); update !== undefined; update = await this.#take()) yield update;
    } finally {
      this.close();
    }
  }

  /** Changes what it is about. What the new selection adds to what came before is told as a gap `scope`. */
  change(selection: Partial<Selection>): void {
    this.#options = { ...this.#options, ...selection };
    // A state is one of its selection.
    if (this.#origin?.reloads?.() === true) this.#place = undefined;
    if (this.#name === undefined && this.#state !== "loading") return;
    this.#leave("waiting");
    void this.#begin();
  }

  /**
   * Says to the hub that everything up to the cursor is dealt with, for a subscription with a `consumer`. Rejects with
   * `ClientError`, also when there is no connection: what is not acknowledged now, the next acknowledgement covers.
   */
  ack(cursor: Cursor): Promise<unknown> {
    return this.#host.connection.request("ack", { subscription: this.#name ?? "", cursor });
  }

  /** Ends it: nothing more is told, not even what has come already. */
  close(): void {
    this.#mailbox.discard();
    this.#end(undefined);
  }

  /** Ends it with an error, which its reader meets after what has come already. */
  fail(error: Error): void {
    this.#end(error);
  }

  connected(): void {
    void this.#begin();
  }

  disconnected(): void {
    if (this.#state !== "paused") this.#leave("waiting");
  }

  notified({ method, params }: NotificationFrame): void {
    if (method === "deliver") this.#delivered(params);
    else if (method === "signal") this.#options.onSignal?.(params);
    else if (method === "ended") this.#end(new ClientError(params.code, 0, params.code));
  }

  check(staleMs: number): void {
    if (this.#host.runtime.now() - this.#heardAt < staleMs) return;
    this.#set({ stale: true });
    if (this.#chain !== undefined) this.#again();
  }

  #delivered(delivery: Delivery): void {
    // Before the answer nothing can be judged; what is missing then shows in the next delivery.
    if (this.#chain === undefined) return;
    const fit = this.#chain(delivery);
    if (fit === "next") return this.#accept(delivery);
    this.#set({ [fit]: this.status.value[fit] + 1 });
    if (fit === "broken") this.#again();
  }

  #take(): Promise<Update<Event, State> | undefined> {
    const update = this.#mailbox.take();
    if (this.#state === "paused" && this.#mailbox.size === 0) {
      this.#set({ state: "waiting" });
      void this.#begin();
    }
    return update;
  }

  async #begin(): Promise<void> {
    const { connection, register } = this.#host;
    if (!connection.open || this.#state !== "waiting") return;
    const turn = (this.#turn += 1);
    const place = this.#place ?? (await this.#load(turn));
    if (place === undefined || turn !== this.#turn) return;
    const name = (this.#name = register(this));
    this.#set({ state: "opening" });
    // Whoever watches may have closed or changed it.
    if (turn !== this.#turn) return;
    const opened = (answer: SubscribeResult): void => {
      if (turn === this.#turn) this.#opened(answer);
    };
    connection.request("subscribe", this.#params(name, place), undefined, opened).catch((error: ClientError) => {
      if (turn === this.#turn) this.#refused(error);
    });
  }

  /** Answers nothing when it failed; it is then tried again. */
  async #load(turn: number): Promise<Beginning<State> | undefined> {
    this.#set({ state: "loading" });
    try {
      const place = await this.#origin?.load?.();
      if (turn !== this.#turn || place === undefined) return undefined;
      const { snapshot } = place;
      this.#place = place;
      if (snapshot !== undefined) {
        const update = { kind: "snapshot", state: snapshot.state, cursor: snapshot.cursor };
        // Only whoever names a loader has a state, and is told of it.
        this.#mailbox.put([update as Update<Event, State>]);
      }
      return place;
    } catch (error) {
      if (turn === this.#turn) {
        this.#host.report(error);
        this.#again(false);
      }
      return undefined;
    }
  }

  #params(subscription: string, { after, scope }: Beginning<State>): Requests["subscribe"] {
    const { topics, filter, profile, delivery, consumer } = this.#options;
    return { subscription, topics, filter, profile, delivery, consumer, after, scope };
  }

  #opened({ cursor, scope, recovered, head }: SubscribeResult): void {
    const { scope: asked = scope } = this.#place ?? {};
    this.#chain = createChain(cursor, recovered ? undefined : asked === scope ? "loss" : "scope");
    this.#scope = scope;
    this.#head = head;
    this.#heardAt = this.#host.runtime.now();
    // Under another scope, or in another log, the place proves nothing before its gap is told.
    if (recovered) {
      this.#place = { after: cursor, scope };
      this.#mailbox.put([], this.#proof(cursor));
    }
    this.#set({ stale: false, state: recovered && hasReached(cursor, head) ? "live" : "catching-up" });
  }

  #refused(error: ClientError): void {
    // A request that came twice is refused once; the next name is another one.
    if (error.passing || error.status === 409) this.#again(false);
    else this.#end(error);
  }

  #accept({ gap, events, cursor }: Delivery): void {
    this.#heardAt = this.#host.runtime.now();
    this.#place = { after: cursor, scope: this.#scope };
    const updates: Update<Event, State>[] = gap === undefined ? [] : [{ kind: "gap", gap }];
    if (gap !== undefined && this.#origin?.reloads?.(gap) === true) return this.#reload(updates);
    this.#failures = 0;
    // What the contract says of these topics, the hub has checked.
    if (events.length > 0) updates.push({ kind: "events", events: events as unknown as readonly Event[], cursor });
    this.#mailbox.put(updates, this.#proof(cursor));
    if (this.#mailbox.size > (this.#options.bufferEvents ?? BUFFER_EVENTS)) this.#leave("paused");
    else this.#set({ stale: false, state: hasReached(cursor, this.#head) ? "live" : this.#state });
  }

  /** Events are missing, and the state that was built from them is wrong: begins again with another one. */
  #reload(updates: readonly Update<Event, State>[]): void {
    this.#mailbox.put(updates);
    this.#place = undefined;
    this.#again();
  }

  #proof(cursor: Cursor): Proof {
    return { cursor, scope: this.#scope, time: this.#host.runtime.now() };
  }

  #proven(proof: Proof): void {
    this.#set({ completeUpTo: proof });
    this.#origin?.keep?.(proof, this);
  }

  /** Opens it again where it is: at once the first time, later when nothing came since. */
  #again(soon: boolean = this.#failures === 0): void {
    const { runtime, pause } = this.#host;
    this.#leave("waiting");
    this.#failures += 1;
    const ms = soon ? 0 : pauseAfter(this.#failures, runtime.random(), pause);
    this.#timer = runtime.later(ms, () => void this.#begin());
  }

  /** Lets go of what is open or under way. */
  #leave(state: SubscriptionState): void {
    const { connection, forget } = this.#host;
    this.#turn += 1;
    this.#timer?.cancel();
    this.#chain = undefined;
    if (this.#name !== undefined) {
      forget(this.#name);
      connection.request("unsubscribe", { subscription: this.#name }).catch(() => undefined);
      this.#name = undefined;
    }
    this.#set({ state });
  }

  #end(error: Error | undefined): void {
    if (this.#state === "ended") return;
    this.#mailbox.close(error);
    this.#leave("ended");
    this.#finish(error);
  }

  #set(change: Partial<SubscriptionStatus>): void {
    const before = this.#state;
    // Whoever watches may have ended it meanwhile.
    if (before === "ended") return;
    this.status.set({ ...this.status.value, ...change });
    if (this.#state !== before) this.#host.changed(this);
  }
}
