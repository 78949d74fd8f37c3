import type {
  DeliveredOn,
  NotificationFrame,
  PublishedOn,
  PublishResult,
  RenewResult,
  SignalParams,
  TopicContract,
} from "@fanfare/protocol";
import { DEFAULT_PAUSE } from "./backoff.ts";
import { Connection, MISSED } from "./connection.ts";
import { LostError } from "./calls.ts";
import { ClientError } from "./error.ts";
import type { Feed, Host } from "./feed.ts";
import type { Observable } from "./observed.ts";
import { baseUrl, type CoreOptions } from "./options.ts";
import { DEFAULT_QUEUE, type QueueState } from "./publish-queue.ts";
import { Publisher } from "./publisher.ts";
import type { Runtime, Surroundings, Timer } from "./runtime.ts";
import type { ConnectionState } from "./state.ts";
import type { FromSnapshot, SubscribeOptions } from "./subscribe-options.ts";
import { Subscription } from "./subscription.ts";
import type { Update } from "./update.ts";

/** Called with each update, one at a time: the next one waits for the promise that it answers. */
export type Handler<Event, State = never> = (update: Update<Event, State>) => void | Promise<void>;

/** What a client is made of: the options with all that the machine gives. */
export interface ClientOptions extends CoreOptions {
  readonly runtime: Runtime;
  readonly surroundings: Surroundings;
  readonly onError: (error: unknown) => void;
}

const LINGER_MS = 5_000;
const TIMEOUT_MS = 10_000;
const REMEMBER_MS = 600_000;

/** One hub, one connection, any number of subscriptions. */
export class Client<Contracts extends TopicContract = never> {
  /** Where the connection is; watch it to show it. */
  readonly state: Observable<ConnectionState>;
  /** What waits to be published. */
  readonly queue: Observable<QueueState>;
  readonly #connection: Connection;
  readonly #publisher: Publisher;
  readonly #runtime: Runtime;
  readonly #lingerMs: number;
  readonly #host: Host;
  readonly #feeds = new Set<Feed>();
  /** Feeds by their names on the link. */
  readonly #names = new Map<string, Feed>();
  #subscriptions = 0;
  #checks: Timer | undefined;
  #linger: Timer | undefined;
  #closed = false;

  constructor(options: ClientOptions) {
    const { url, token, profile, transports, runtime, surroundings, onError: report, lingerMs = LINGER_MS } = options;
    const { openTimeoutMs = TIMEOUT_MS, requestTimeoutMs = TIMEOUT_MS, rememberTransportMs = REMEMBER_MS } = options;
    const pause = options.pause ?? DEFAULT_PAUSE;
    if (transports.length === 0) throw new RangeError("transports: at least one is needed");
    this.#runtime = runtime;
    this.#lingerMs = lingerMs;
    const connection = new Connection(
      {
        url: baseUrl(url),
        profile,
        token,
        transports,
        runtime,
        surroundings,
        pause,
        openTimeoutMs,
        requestTimeoutMs,
        rememberTransportMs,
      },
      {
        opened: () => this.#opened(),
        lost: () => this.#lost(),
        notified: (frame) => this.#notified(frame),
        renewed: (result) => this.#renewed(result),
      },
    );
    this.#connection = connection;
    this.state = connection.state;
    const limits = { ...DEFAULT_QUEUE, ...options.queue };
    this.#publisher = new Publisher({ connection, runtime, pause, limits, changed: () => this.#settle() });
    this.queue = this.#publisher.queue;
    this.#host = {
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
   * Subscribes; the connection follows by itself. Without a handler the answer is iterated over; with one, a handler that throws
   * ends the subscription with its error.
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
  subscribe<const Topic extends string, State>(
    options: FromSnapshot<Topic, State>,
    handler?: Handler<DeliveredOn<Contracts, Topic>, State>,
  ): Subscription<DeliveredOn<Contracts, Topic>, State>;
  subscribe<const Topic extends string>(
    options: Exclude<SubscribeOptions<Topic>, FromSnapshot<Topic>>,
    handler?: Handler<DeliveredOn<Contracts, Topic>>,
  ): Subscription<DeliveredOn<Contracts, Topic>>;
  subscribe(options: SubscribeOptions, handler?: Handler<never>): Subscription<never> {
    this.#requireOpen();
    const subscription = new Subscription<never>((this.#subscriptions += 1), options, this.#host);
    this.#feeds.add(subscription);
    if (handler !== undefined) void hand(subscription, handler, this.#host.report);
    this.start();
    subscription.connected();
    return subscription;
  }

  /**
   * Publishes one event or a batch, which is taken whole or not at all. Resolves with the positions when the hub has made them
   * durable; waits in the queue while there is no connection. Rejects with {@link ClientError} when it is refused.
   *
   * @example
   * const { events } = await client.publish("orders.eu", { type: "order.paid", data: { total: 12 } });
   * console.log(events[0]?.position);
   */
  publish<Topic extends string>(
    topic: Topic,
    events: PublishedOn<Contracts, Topic> | readonly PublishedOn<Contracts, Topic>[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<PublishResult> {
    this.#requireOpen();
    this.start();
    return this.#publisher.publish(topic, Array.isArray(events) ? events : [events], signal);
  }

  /** Tells those who are connected now. Rejects when this client is not: a signal that comes late is none. */
  async signal(topic: string, signal: Omit<SignalParams, "topic">): Promise<void> {
    this.#requireOpen();
    this.start();
    try {
      await this.#connection.request("signal", { topic, ...signal });
    } catch (error) {
      if (error instanceof LostError)
        throw new ClientError("unavailable", 503, "signal: not connected", { cause: error });
      throw error;
    }
  }

  /** Connects without waiting for a subscription, and tries again after `stopped`. */
  start(): void {
    this.#requireOpen();
    this.#linger?.cancel();
    this.#linger = undefined;
    this.#connection.start();
    this.#settle();
  }

  /** Ends everything: subscriptions, the connection, and what waits to be published, which is told so. */
  close(): void {
    this.#closed = true;
    for (const feed of [...this.#feeds]) feed.close();
    this.#publisher.close();
    this.#linger?.cancel();
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #requireOpen(): void {
    if (this.#closed) throw new ClientError("unavailable", 503, "the client was closed");
  }

  #opened(): void {
    this.#check();
    for (const feed of [...this.#feeds]) feed.connected();
    this.#publisher.pump();
    this.#progress();
  }

  #lost(): void {
    for (const feed of [...this.#feeds]) feed.disconnected();
    this.#names.clear();
  }

  #notified(frame: NotificationFrame): void {
    switch (frame.method) {
      case "deliver":
        return this.#names.get(frame.params.subscription)?.delivered(frame.params);
      case "signal":
        return this.#names.get(frame.params.subscription)?.signalled(frame.params);
      case "ended":
        return this.#names.get(frame.params.subscription)?.ended(frame.params.code);
      case "hello":
      case "goaway":
      // The connection's own.
    }
  }

  #renewed({ scopes = {} }: RenewResult): void {
    for (const [name, scope] of Object.entries(scopes)) this.#names.get(name)?.renewed(scope);
  }

  #changed(feed: Feed): void {
    if (feed.status.value.state === "ended") this.#feeds.delete(feed);
    this.#progress();
    this.#settle();
  }

  #progress(): void {
    const behind = [...this.#feeds].some(
      ({ status }) => status.value.state !== "live" && status.value.state !== "paused",
    );
    if (this.#connection.open) this.#connection.progress(!behind);
  }

  /** Lets the connection rest when nothing wants it for a while. */
  #settle(): void {
    const wanted = this.#feeds.size > 0 || this.#publisher.queue.value.calls > 0;
    if (wanted) {
      this.#linger?.cancel();
      this.#linger = undefined;
    } else this.#linger ??= this.#runtime.later(this.#lingerMs, () => this.#connection.rest());
  }

  /** Twice a heartbeat: who has heard nothing for too long? */
  #check(): void {
    this.#checks?.cancel();
    const { heartbeatMs } = this.#connection;
    this.#checks = this.#runtime.later(heartbeatMs / 2, () => {
      if (this.#feeds.size === 0 && !this.#connection.open) return;
      for (const feed of [...this.#feeds]) feed.check(heartbeatMs * MISSED);
      this.#check();
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
