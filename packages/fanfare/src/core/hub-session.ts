import {
  CLOSE_CODES,
  FanfareError,
  parseCursor,
  utf8Bytes,
  type CloseCode,
  type Cursor,
  type EventInput,
  type Hello,
  type Limits,
  type PublishResult,
  type Scope,
  type SignalParams,
  type SubscribeParams,
} from "@fanfare/protocol";
import type { Beginning } from "./beginning.ts";
import type { Broker } from "./broker.ts";
import type { Consumers } from "./consumers.ts";
import { toHello, type House } from "./hello.ts";
import type { ConnectOptions } from "./hub.ts";
import type { Identity } from "./identity.ts";
import type { Outlet } from "./outlet.ts";
import type { Connection } from "./ports/connection.ts";
import type { Runtime, Timer } from "./ports/runtime.ts";
import type { Profile } from "./profile.ts";
import type { Granted, Requests, Wish } from "./request.ts";
import type { Opening, Renewal, Session } from "./session.ts";
import type { Subscription } from "./subscription.ts";

/** What a session needs of its hub. */
export interface SessionServices {
  readonly broker: Broker;
  readonly requests: Requests;
  readonly consumers: Consumers;
  readonly runtime: Runtime;
  readonly house: House;
  begin(after: string, scope: string | undefined, granted: Granted): Promise<Beginning>;
  publish(topic: string, events: readonly EventInput<unknown>[], identity: Identity): Promise<PublishResult>;
  signal(params: SignalParams, identity: Identity, sender: Outlet): void;
  requireValid(identity: Identity): void;
  onClosed(session: HubSession): void;
}

/** A subscription with what its client asked for, to be asked again when the credential changes. */
interface Held {
  readonly subscription: Subscription;
  readonly wish: Wish;
  readonly profile: Profile;
  readonly consumer: string | undefined;
  readonly release: () => void;
}

/** One connected client: its subscriptions, under its identity and profile, until it goes or its right to be here ends. */
export class HubSession implements Session {
  readonly id: string;
  readonly transport: ConnectOptions["transport"];
  readonly remote: string | undefined;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly outlet: Outlet;
  readonly #services: SessionServices;
  readonly #profile: Profile;
  /** Name of the profile that the client asked for. */
  readonly #asked: string | undefined;
  readonly #held = new Map<string, Held>();
  /** Ids whose subscribe is under way. */
  readonly #opening = new Set<string>();
  #identity: Identity;
  #expiry: Timer | undefined;

  constructor(connection: Connection, options: ConnectOptions, profile: Profile, services: SessionServices) {
    this.id = services.runtime.uuid();
    this.transport = options.transport;
    this.remote = options.remote;
    this.since = services.runtime.now();
    this.outlet = services.broker.attach(connection);
    this.#services = services;
    this.#profile = profile;
    this.#asked = options.profile;
    this.#identity = options.identity;
    this.#armExpiry();
  }

  get identity(): Identity {
    return this.#identity;
  }

  get profile(): string {
    return this.#profile.name;
  }

  /** Open subscriptions with the consumer that each serves. */
  *subscriptions(): Generator<{ readonly subscription: Subscription; readonly consumer: string | undefined }> {
    for (const { subscription, consumer } of this.#held.values()) yield { subscription, consumer };
  }

  hello(): Hello {
    const { heartbeatMs } = this.#services.house;
    return toHello(this, { limits: this.#limits, heartbeatMs }, this.now());
  }

  now(): number {
    return this.#services.runtime.now();
  }

  async subscribe(params: SubscribeParams): Promise<Opening> {
    const id = params.subscription;
    this.#requireOpen();
    this.#requireFree(id);
    this.#opening.add(id);
    try {
      return await this.#open(id, params);
    } finally {
      this.#opening.delete(id);
    }
  }

  unsubscribe(id: string): Cursor {
    const { subscription } = this.#require(id);
    this.#drop(id);
    return this.#services.broker.cursor(subscription.sent);
  }

  async ack(id: string, cursor: string): Promise<Cursor> {
    const { subscription, consumer } = this.#require(id);
    if (consumer === undefined) throw new FanfareError("invalid_ack", `subscription: "${id}" names no consumer`);
    const { broker, consumers } = this.#services;
    const { epoch } = parseCursor(broker.cursor(subscription.sent));
    const { scope } = subscription.audience.selection;
    return consumers.ack(this.#identity.sub, consumer, cursor, { epoch, limit: subscription.sent, scope });
  }

  publish(topic: string, events: readonly EventInput<unknown>[]): Promise<PublishResult> {
    return this.#services.publish(topic, events, this.#identity);
  }

  signal(params: SignalParams): void {
    this.#services.signal(params, this.#identity, this.outlet);
  }

  renew(identity: Identity): Renewal {
    this.#requireOpen();
    this.#services.requireValid(identity);
    if (identity.sub !== this.#identity.sub)
      throw new FanfareError("forbidden", "token: belongs to another sub than the connection");
    this.#services.requests.profile(identity, this.#asked);
    this.#identity = identity;
    this.#armExpiry();
    const scopes: Record<string, Scope> = {};
    for (const [id, held] of this.#held) {
      const scope = this.#reevaluate(held);
      if (scope !== undefined) scopes[id] = scope;
    }
    return { expires: identity.expires, scopes };
  }

  ready(): void {
    if (this.outlet.open) this.#services.broker.ready(this.outlet);
  }

  closed(): void {
    if (!this.outlet.open) return;
    this.#expiry?.cancel();
    for (const { release } of this.#held.values()) release();
    this.#held.clear();
    this.#services.broker.detach(this.outlet);
    this.#services.onClosed(this);
  }

  /** Ends the client; nothing that is not yet written reaches it. */
  close(code: CloseCode, message: string): void {
    if (!this.outlet.open) return;
    const { connection } = this.outlet;
    this.closed();
    connection.close(code, message);
  }

  /** Ends one subscription and tells why. */
  end(subscription: Subscription, code: "forbidden" | "consumer_taken"): void {
    this.#held.get(subscription.id)?.release();
    this.#held.delete(subscription.id);
    this.#services.broker.end(subscription, code);
  }

  async #open(id: string, params: SubscribeParams): Promise<Opening> {
    const { broker, requests } = this.#services;
    const identity = this.#identity;
    const profile = params.profile === undefined ? this.#profile : requests.profile(identity, params.profile);
    const granted = requests.grant(params, identity, profile);
    const { scope } = granted.selection;
    const place =
      params.consumer === undefined ? undefined : await this.#services.consumers.place(identity.sub, params.consumer);
    const after = params.after ?? place?.cursor ?? "now";
    const beginning = await this.#services.begin(
      after,
      params.after === undefined ? place?.scope : params.scope,
      granted,
    );
    const { position, gap, foreign, recovered } = beginning;
    const cursor = foreign ?? broker.cursor(position);
    const generation =
      params.consumer === undefined
        ? undefined
        : await this.#services.consumers.claim(identity.sub, params.consumer, { cursor, scope });
    this.#requireOpen();
    // The credential was renewed while we waited: what was granted above may not hold any more.
    if (identity !== this.#identity) return this.#open(id, params);
    const subscription = broker.add(
      { id, outlet: this.outlet, policy: granted.policy, position, gap, foreign },
      granted.selection,
    );
    this.#hold(id, { subscription, wish: params, profile, consumer: params.consumer }, generation);
    const head = broker.cursor(subscription.head);
    return { result: { subscription: id, cursor, scope, head, recovered }, start: () => broker.start(subscription) };
  }

  /** @param generation of the claim to the consumer that the subscription serves. */
  #hold(id: string, held: Omit<Held, "release">, generation: number | undefined): void {
    const { consumers } = this.#services;
    const { sub } = this.#identity;
    const { subscription, consumer } = held;
    const end = (): void => this.end(subscription, "consumer_taken");
    const release = (): void => (consumer === undefined ? undefined : consumers.release(sub, consumer, end));
    this.#held.set(id, { ...held, release });
    if (consumer !== undefined && generation !== undefined) consumers.serve(sub, consumer, generation, end);
  }

  /** The new scope where the credential changed it; ends what it does not grant any more. */
  #reevaluate({ subscription, wish, profile }: Held): Scope | undefined {
    const { broker, requests } = this.#services;
    try {
      if (wish.profile !== undefined) requests.profile(this.#identity, wish.profile);
      const { selection } = requests.grant(wish, this.#identity, profile);
      if (selection.scope === subscription.audience.selection.scope) return undefined;
      broker.reselect(subscription, selection);
      return selection.scope;
    } catch (error) {
      if (!(error instanceof FanfareError)) throw error;
      this.end(subscription, "forbidden");
      return undefined;
    }
  }

  #drop(id: string): void {
    const held = this.#require(id);
    held.release();
    this.#held.delete(id);
    this.#services.broker.remove(held.subscription);
  }

  #require(id: string): Held {
    const held = this.#held.get(id);
    if (held === undefined)
      throw new FanfareError(
        "subscription_unknown",
        `subscription: there is no ${JSON.stringify(id.slice(0, 80))} on this connection`,
      );
    return held;
  }

  #requireFree(id: string): void {
    const { nameBytes, subscriptionsPerConnection: most } = this.#limits;
    if (id === "" || utf8Bytes(id) > nameBytes)
      throw new FanfareError("invalid_request", `subscription: must have 1 to ${nameBytes} bytes`);
    if (this.#held.has(id) || this.#opening.has(id))
      throw new FanfareError("subscription_exists", `subscription: "${id}" is in use on this connection`);
    if (this.#held.size + this.#opening.size >= most)
      throw new FanfareError("limit_exceeded", `subscription: at most ${most} are allowed on a connection`);
  }

  /** The hub's, where the profile has none of its own. */
  get #limits(): Limits {
    const { limits } = this.#services.house;
    const { subscriptionsPerConnection = limits.subscriptionsPerConnection } = this.#profile;
    return { ...limits, subscriptionsPerConnection };
  }

  #requireOpen(): void {
    if (!this.outlet.open) throw new FanfareError("unavailable", "the connection is closed");
  }

  #armExpiry(): void {
    this.#expiry?.cancel();
    this.#expiry = undefined;
    const { expires } = this.#identity;
    if (expires === undefined) return;
    const { runtime } = this.#services;
    // Timers of many days overflow; a credential that lives longer is looked at again when the wait is over.
    const wait = Math.min(Math.max(0, expires - runtime.now()), MAX_WAIT_MS);
    this.#expiry = runtime.later(wait, () => {
      if (runtime.now() >= expires) this.close(CLOSE_CODES.unauthenticated, "token_expired");
      else this.#armExpiry();
    });
  }
}

const MAX_WAIT_MS = 24 * 60 * 60 * 1000;
