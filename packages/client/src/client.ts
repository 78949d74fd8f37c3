import type { DeliveredOn, PublishedOn, PublishResult, TopicContract } from "@fanfare/protocol";
import { CoreClient, type Handler, type MachineOptions } from "./core/client.ts";
import type { Observable } from "./core/observed.ts";
import type { Origin } from "./core/origin.ts";
import type { FromPlace } from "./core/subscribe-options.ts";
import type { Subscription } from "./core/subscription.ts";
import { consumedOrigin } from "./origins/consumed.ts";
import { snapshotOrigin } from "./origins/snapshot.ts";
import { storedOrigin } from "./origins/stored.ts";
import type { FromSnapshot, FromStorage, SubscribeOptions } from "./origins/subscribe-options.ts";
import { DEFAULT_QUEUE, type QueueLimits, type QueueState } from "./publishing/publish-queue.ts";
import { Publisher, type IdRuntime } from "./publishing/publisher.ts";

/** The options with all that the machine gives. */
export interface FullOptions extends MachineOptions {
  readonly runtime: IdRuntime;
  readonly queue?: Partial<QueueLimits> | undefined;
}

/** One hub, one connection, any number of subscriptions; a queue for what is published; places and states to begin with. */
export class Client<Contracts extends TopicContract = never> extends CoreClient<Contracts> {
  /** What waits to be published. */
  readonly queue: Observable<QueueState>;
  readonly #publisher: Publisher;

  constructor(options: FullOptions) {
    super(options);
    const { runtime } = options;
    const { connection, pause } = this.host;
    const limits = { ...DEFAULT_QUEUE, ...options.queue };
    this.#publisher = new Publisher({ connection, runtime, pause, limits, changed: () => this.settle() });
    this.queue = this.#publisher.queue;
  }

  /** Subscribes, from a place, from a storage, or from a snapshot. */
  override subscribe<const Topic extends string, State>(
    options: FromSnapshot<Topic, State>,
    handler?: Handler<DeliveredOn<Contracts, Topic>, State>,
  ): Subscription<DeliveredOn<Contracts, Topic>, State>;
  override subscribe<const Topic extends string>(
    options: FromPlace<Topic> | FromStorage<Topic>,
    handler?: Handler<DeliveredOn<Contracts, Topic>>,
  ): Subscription<DeliveredOn<Contracts, Topic>>;
  override subscribe(options: SubscribeOptions<string, never>, handler?: Handler<never>): Subscription<never> {
    const { runtime, report } = this.host;
    const over = new AbortController();
    let origin: Origin<never> | undefined;
    if ("snapshot" in options) origin = snapshotOrigin(options, runtime, over.signal);
    else {
      if ("storage" in options) origin = storedOrigin(options, report);
      if (options.consumer !== undefined) origin = consumedOrigin(origin);
    }
    // The overloads say what a single signature can't.
    const subscription = super.subscribe<string>(options, handler as never, origin);
    void subscription.done.then(() => over.abort());
    return subscription as unknown as Subscription<never>;
  }

  /**
   * Publishes one event or a batch, which is taken whole or not at all. Resolves with the positions when the hub has made them
   * durable; waits in the queue while there is no connection. Rejects with `ClientError` when it is refused, and with the
   * signal's reason when that comes before it was sent.
   *
   * @example
   * const { events } = await client.publish("orders.eu", { type: "order.paid", data: { total: 12 } });
   * console.log(events[0]?.position);
   */
  override async publish<Topic extends string>(
    topic: Topic,
    events: PublishedOn<Contracts, Topic> | readonly PublishedOn<Contracts, Topic>[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<PublishResult> {
    this.start();
    return this.#publisher.publish(topic, Array.isArray(events) ? events : [events], signal);
  }

  /** Ends everything, also what waits to be published, which is told so. */
  override close(): void {
    this.#publisher.close();
    // Comes last, since whatever ends looks whether the connection may rest.
    super.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  protected override get wanted(): boolean {
    return super.wanted || this.queue.value.calls > 0;
  }

  protected override opened(): void {
    super.opened();
    this.#publisher.pump();
  }
}
