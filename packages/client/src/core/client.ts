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
import { Connection } from "./connection.ts";
import { lostError } from "./error.ts";
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
  #opened = 0;
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
        beat: (staleMs) => this.#feeds.forEach((feed) => feed.check(staleMs)),
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
      register: (feed) => {
        const name = String((this.#opened += 1));
        this.#names.set(name, feed);
        return name;
      },
      forget: (name) => void this.#names.delete(name),
      changed: (feed) => this.#changed(feed),
    };
  }

  /**
   * Subscribes; the connection follows by itself. Without a handler the answer is iterated over; with one, a handler that
   * throws ends the subscription with its error. An `origin` knows where to begin when the options do not.
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
  subscribe<const Topic extends string, State = never>(
    options: FromPlace<Topic>,
    handler?: Handler<DeliveredOn<Contracts, Topic>, State>,
    origin?: Origin<State>,
  ): Subscription<DeliveredOn<Contracts, Topic>, State> {
    const subscription = new Subscription<DeliveredOn<Contracts, Topic>, State>(options, this.host, origin);
    this.#feeds.add(subscription);
    this.start();
    if (handler !== undefined) hand(subscription, handler, this.host.report).catch(() => undefined);
    subscription.connected();
    return subscription;
  }

  /**
   * Publishes one event or a batch, which is taken whole or not at all. Resolves with the positions when the hub has made them
   * durable. Rejects with `ClientError` when it is refused, and when there is no connection.
   *
   * @example
   * const { events } = await client.publish("orders.eu", { type: "order.paid", data: { total: 12 } });
   * console.log(events[0]?.position);
   */
  publish<Topic extends string>(
    topic: Topic,
    events: PublishedOn<Contracts, Topic> | readonly PublishedOn<Contracts, Topic>[],
  ): Promise<PublishResult> {
    this.start();
    return this.host.connection.request("publish", { topic, events: Array.isArray(events) ? events : [events] });
  }

  /** Tells those who are connected now. Rejects when this client is not: a signal that comes late is none. */
  async signal(topic: string, signal: Omit<SignalParams, "topic">): Promise<void> {
    this.start();
    await this.host.connection.request("signal", { topic, ...signal });
  }

  /** Connects without waiting for a subscription, and tries again after `stopped`. */
  start(): void {
    if (this.#closed) throw lostError("closed");
    this.#connection.happen("wanted");
    this.settle();
  }

  /** Ends everything: the subscriptions and the connection. */
  close(): void {
    this.#closed = true;
    for (const feed of this.#feeds) feed.close();
    this.#linger?.cancel();
    this.#connection.close();
  }

  /** Something needs the connection. */
  protected get wanted(): boolean {
    return this.#feeds.size > 0;
  }

  protected opened(): void {
    for (const feed of this.#feeds) feed.connected();
    this.#progress();
  }

  /** Lets the connection rest when nothing wants it for a while. */
  protected settle(): void {
    this.#linger?.cancel();
    if (!this.wanted) this.#linger = this.host.runtime.later(this.#lingerMs, () => this.#connection.happen("unwanted"));
  }

  #lost(): void {
    for (const feed of this.#feeds) feed.disconnected();
  }

  #notified(frame: NotificationFrame): void {
    // What is not about a subscription is the connection's own.
    if ("subscription" in frame.params) this.#names.get(frame.params.subscription)?.notified(frame);
  }

  #renewed({ scopes = {} }: RenewResult): void {
    for (const name of Object.keys(scopes)) {
      const feed = this.#names.get(name);
      // Asked again under the former scope, the hub announces the gap, which here might be lost without a trace.
      feed?.disconnected();
      feed?.connected();
    }
  }

  #changed(feed: Feed): void {
    if (feed.status.value.state === "ended") this.#feeds.delete(feed);
    this.#progress();
    this.settle();
  }

  #progress(): void {
    const states = [...this.#feeds].map(({ status }) => status.value.state);
    const caughtUp = states.every((state) => state === "live" || state === "paused");
    this.#connection.happen(caughtUp ? "caught-up" : "behind");
  }
}

/** What ends the subscription, `done` tells; what the handler throws ends it too. */
async function hand<Event, State>(
  subscription: Subscription<Event, State>,
  handler: Handler<Event, State>,
  report: (error: unknown) => void,
): Promise<void> {
  for await (const update of subscription)
    try {
      await handler(update);
    } catch (error) {
      report(error);
      return subscription.fail(error as Error);
    }
}
