import type {
  DeliveredOn,
  NotificationFrame,
  PublishedOn,
  PublishResult,
  RenewResult,
  Requests,
  Responses,
  SignalParams,
  TopicContract,
} from "@fanfare/protocol";
import { DEFAULT_PAUSE } from "./backoff.ts";
import { LostError } from "./calls.ts";
import { Connection, MISSED } from "./connection.ts";
import { ClientError } from "./error.ts";
import type { Feed, Host } from "./feed.ts";
import type { Observable } from "./observed.ts";
import { baseUrl, type CoreOptions } from "./options.ts";
import type { Origin } from "./origin.ts";
import type { Runtime, Surroundings, Timer } from "./runtime.ts";
import type { ConnectionState } from "./state.ts";
import type { FromPlace } from "./subscribe-options.ts";
import { Subscription } from "./subscription.ts";
import type { Update } from "./update.ts";

/** Called with each update, one at a time: the next one waits for the promise that it answers. */
export type Handler<Event, State = never> = (update: Update<Event, State>) => void | Promise<void>;

/** The options with all that the machine gives. */
export interface MachineOptions extends CoreOptions {
  readonly runtime: Runtime;
  readonly surroundings: Surroundings;
  readonly onError: (error: unknown) => void;
}

const LINGER_MS = 5_000;
const TIMEOUT_MS = 10_000;

/** One hub, one connection, any number of subscriptions. */
export class CoreClient<Contracts extends TopicContract = never> {
  /** Where the connection is; watch it to show it. */
  readonly state: Observable<ConnectionState>;
  protected readonly host: Host;
  readonly #connection: Connection;
  readonly #lingerMs: number;
  readonly #feeds = new Set<Feed>();
  /** Feeds by their names on the link. */
  readonly #names = new Map<string, Feed>();
  #subscriptions = 0;
  #checks: Timer | undefined;
  #linger: Timer | undefined;
  #closed = false;

  constructor(options: MachineOptions) {
    const { runtime, onError: report, lingerMs = LINGER_MS, pause = DEFAULT_PAUSE } = options;
    const { openTimeoutMs = TIMEOUT_MS, requestTimeoutMs = TIMEOUT_MS } = options;
    const connection = new Connection(
      { ...options, url: baseUrl(options.url), pause, openTimeoutMs, requestTimeoutMs },
      {
        opened: () => this.opened(),
        lost: () => this.#lost(),
        notified: (frame) => this.#notified(frame),
        renewed: (result) => this.#renewed(result),
      },
    );
    this.#lingerMs = lingerMs;
    this.#connection = connection;
    this.state = connection.state;
    this.host = {
      runtime,
      pause,
      connection,
      report,
      register: (name, feed) => void this.#names.set(name, feed),
      forget: (name) => void this.#names.delete(name),
      changed: (feed) => this.#changed(feed),
    };
  }

  /**
   * Subscribes; the connection follows by itself. Without a handler the answer is iterated over; with one, a handler that
   * throws ends the subscription with its error.
   *
   * @example
   * const orders = client.subscribe({ topics: ["orders.>"], after: "start" });
   * for await (const update of orders) {
   *   switch (update.kind) {
   *     case "events":
   *       for (const event of update.events) console.log(event.position, event.type, event.data);
   *       break;
   *     case "gap":
   *       console.warn(`events are missing: ${update.gap.reason}`);
   *       break;
   *   }
   * }
   */
  subscribe<const Topic extends string>(
    options: FromPlace<Topic>,
    handler?: Handler<DeliveredOn<Contracts, Topic>>,
  ): Subscription<DeliveredOn<Contracts, Topic>> {
    return this.follow(options, handler);
  }

  /**
   * Publishes one event or a batch, which is taken whole or not at all. Resolves with the positions when the hub has made them
   * durable. Rejects with {@link ClientError} when it is refused, and when there is no connection.
   *
   * @example
   * const { events } = await client.publish("orders.eu", { type: "order.paid", data: { total: 12 } });
   * console.log(events[0]?.position);
   */
  publish<Topic extends string>(
    topic: Topic,
    events: PublishedOn<Contracts, Topic> | readonly PublishedOn<Contracts, Topic>[],
  ): Promise<PublishResult> {
    return this.#tell("publish", { topic, events: Array.isArray(events) ? events : [events] });
  }

  /** Tells those who are connected now. Rejects when this client is not: a signal that comes late is none. */
  async signal(topic: string, signal: Omit<SignalParams, "topic">): Promise<void> {
    await this.#tell("signal", { topic, ...signal });
  }

  /** Connects without waiting for a subscription, and tries again after `stopped`. */
  start(): void {
    if (this.#closed) throw new ClientError("unavailable", 503, "the client was closed");
    this.#connection.start();
    this.settle();
  }

  /** Ends everything: the subscriptions and the connection. */
  close(): void {
    this.#closed = true;
    for (const feed of [...this.#feeds]) feed.close();
    this.#linger?.cancel();
    this.#checks?.cancel();
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  protected follow<Event, State>(
    options: FromPlace,
    handler?: Handler<Event, State>,
    origin?: Origin<State>,
  ): Subscription<Event, State> {
    this.start();
    const subscription = new Subscription<Event, State>((this.#subscriptions += 1), options, this.host, origin);
    this.#feeds.add(subscription);
    this.settle();
    if (handler !== undefined) void hand(subscription, handler, this.host.report);
    subscription.connected();
    return subscription;
  }

  /** Something needs the connection. */
  protected get wanted(): boolean {
    return this.#feeds.size > 0;
  }

  protected opened(): void {
    this.#check();
    for (const feed of [...this.#feeds]) feed.connected();
    this.#progress();
  }

  /** Lets the connection rest when nothing wants it for a while. */
  protected settle(): void {
    this.#linger?.cancel();
    if (!this.wanted) this.#linger = this.host.runtime.later(this.#lingerMs, () => this.#connection.rest());
  }

  async #tell<M extends "publish" | "signal">(method: M, params: Requests[M]): Promise<Responses[M]> {
    this.start();
    try {
      return await this.#connection.request(method, params);
    } catch (error) {
      if (error instanceof LostError) throw new ClientError("unavailable", 503, `${method}: ${error.message}`);
      throw error;
    }
  }

  #lost(): void {
    for (const feed of [...this.#feeds]) feed.disconnected();
    this.#names.clear();
  }

  #notified({ method, params }: NotificationFrame): void {
    // What is not about a subscription is the connection's own.
    const feed = "subscription" in params ? this.#names.get(params.subscription) : undefined;
    if (method === "deliver") feed?.delivered(params);
    else if (method === "signal") feed?.signalled(params);
    else if (method === "ended") feed?.ended(params.code);
  }

  #renewed({ scopes = {} }: RenewResult): void {
    for (const [name, scope] of Object.entries(scopes)) this.#names.get(name)?.renewed(scope);
  }

  #changed(feed: Feed): void {
    if (feed.status.value.state === "ended") this.#feeds.delete(feed);
    this.#progress();
    this.settle();
  }

  #progress(): void {
    const states = [...this.#feeds].map(({ status }) => status.value.state);
    if (this.#connection.open)
      this.#connection.progress(states.every((state) => state === "live" || state === "paused"));
  }

  /** Twice a heartbeat: who has heard nothing for too long? */
  #check(): void {
    this.#checks?.cancel();
    const { heartbeatMs } = this.#connection;
    this.#checks = this.host.runtime.later(heartbeatMs / 2, () => {
      for (const feed of [...this.#feeds]) feed.check(heartbeatMs * MISSED);
      if (this.wanted || this.#connection.open) this.#check();
    });
  }
}

/** What ends the subscription, `done` tells; what the handler throws ends it, and is told to nobody else. */
async function hand<Event, State>(
  subscription: Subscription<Event, State>,
  handler: Handler<Event, State>,
  report: (error: unknown) => void,
): Promise<void> {
  const updates = subscription[Symbol.asyncIterator]();
  const take = (): Promise<IteratorResult<Update<Event, State>, undefined>> =>
    updates.next().catch(() => ({ done: true, value: undefined }));
  try {
    for (let next = await take(); next.done !== true; next = await take()) await handler(next.value);
  } catch (error) {
    report(error);
    subscription.fail(error instanceof Error ? error : new Error(String(error)));
  }
}
