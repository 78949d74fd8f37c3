import {
  FanfareError,
  parsePattern,
  type Cursor,
  type EventInput,
  type Limits,
  type Pattern,
  type PublishResult,
  type SignalParams,
} from "@fanfare/protocol";
import { maySee, requireAdmin } from "./authority.ts";
import { findBeginning, type BeginningTools } from "./beginning.ts";
import { ProcessDeliveries } from "./deliveries.ts";
import type {
  As,
  ConnectionInfo,
  ConnectOptions,
  Deliveries,
  Hub,
  HubHealth,
  ReadParams,
  Reading,
  RevokeTarget,
  SubscribeOptions,
  TopicsParams,
} from "./hub.ts";
import { HealthProbe } from "./health-probe.ts";
import { HubSession, type SessionServices } from "./hub-session.ts";
import { ROOT, type Identity } from "./identity.ts";
import { Lifecycle } from "./lifecycle.ts";
import { HUB_DEFAULTS, type HubCoreOptions } from "./options.ts";
import { assemble, type Parts } from "./parts.ts";
import type { Connection } from "./ports/connection.ts";
import type { TopicStats } from "./ports/log.ts";
import type { Abort } from "./ports/runtime.ts";
import type { Session } from "./session.ts";
import { describe } from "./sessions.ts";
import { listTopics } from "./topic-list.ts";
import { Waits } from "./waits.ts";

/** The hub over its ports; `createHub` of the package gives it the usual ones. */
export class HubCore implements Hub {
  readonly limits: Limits;
  readonly heartbeatMs: number;
  readonly #options: HubCoreOptions;
  readonly #parts: Parts;
  readonly #lifecycle: Lifecycle;
  readonly #services: SessionServices;
  readonly #waits = new Waits();
  readonly #probe: HealthProbe;

  constructor(options: HubCoreOptions) {
    this.#options = options;
    this.#parts = assemble(options, () => this.#closeInvalid());
    this.#lifecycle = new Lifecycle(options, this.#parts);
    this.#services = this.#sessionServices();
    this.#probe = new HealthProbe(options.state, options.runtime);
    this.limits = this.#parts.limits;
    this.heartbeatMs = options.heartbeatMs ?? HUB_DEFAULTS.heartbeatMs;
  }

  ready(): Promise<void> {
    return this.#lifecycle.started;
  }

  async publish(
    topic: string,
    events: EventInput<unknown> | readonly EventInput<unknown>[],
    { as = ROOT }: As = {},
  ): Promise<PublishResult> {
    await this.ready();
    this.#requireValid(as);
    const batch = Array.isArray(events) ? (events as readonly EventInput<unknown>[]) : [events as EventInput<unknown>];
    return this.#parts.publisher.publish(topic, batch, as, this.#parts.broker.epoch);
  }

  signal(params: SignalParams, { as = ROOT }: As = {}): void {
    this.#requireValid(as);
    this.#parts.signals.send(params, as, undefined);
  }

  async read(
    params: ReadParams,
    { as = ROOT, abort }: As & { readonly abort?: Abort | undefined } = {},
  ): Promise<Reading> {
    await this.ready();
    this.#requireValid(as);
    const { requests, pages } = this.#parts;
    const granted = requests.grant(
      { ...params, topics: params.topics ?? [">"] },
      as,
      requests.profile(as, params.profile),
    );
    const wait = this.#waits.open(as, abort);
    try {
      const reading = await pages.read(
        { ...params, waitMs: this.#waitMs(params.waitMs ?? 0, as) },
        granted,
        this.#tools(),
        wait,
      );
      // What was read while the right to read it was taken away is not given out.
      this.#requireValid(as);
      return reading;
    } finally {
      wait.close();
    }
  }

  subscribe(params: SubscribeOptions, { as = ROOT }: As = {}): Deliveries {
    return new ProcessDeliveries(
      (connection) =>
        this.connect(connection, {
          identity: as,
          transport: "process",
          ...(params.profile === undefined ? {} : { profile: params.profile }),
        }),
      async (session) => {
        await this.ready();
        return session.subscribe({ ...params, subscription: "1" });
      },
    );
  }

  connect(connection: Connection, options: ConnectOptions): Session {
    const { requests, sessions } = this.#parts;
    this.admit();
    this.#requireValid(options.identity);
    sessions.requireShare(options.identity);
    const session = new HubSession(
      connection,
      options,
      requests.profile(options.identity, options.profile),
      this.#services,
    );
    sessions.add(session);
    return session;
  }

  async ack(consumer: string, cursor: string, { as = ROOT }: As = {}): Promise<Cursor> {
    await this.ready();
    this.#requireValid(as);
    const { last, epoch } = await this.#options.log.bounds();
    return this.#parts.consumers.ack(as.sub, consumer, cursor, { epoch, limit: last, scope: undefined });
  }

  async topics(params: TopicsParams = {}, { as = ROOT }: As = {}): Promise<readonly TopicStats[]> {
    await this.ready();
    this.#requireValid(as);
    return listTopics(this.#options.log, params, as, this.#parts.privates);
  }

  connections({ as = ROOT }: As = {}): readonly ConnectionInfo[] {
    this.#requireValid(as);
    requireAdmin(as);
    const { sessions, broker, privates } = this.#parts;
    const visible = (patterns: readonly Pattern[]): boolean => maySee(as, patterns, privates);
    return [...sessions].map((session) => describe(session, { epoch: broker.epoch, head: broker.head, visible }));
  }

  async revoke(target: RevokeTarget, { as = ROOT }: As = {}): Promise<{ readonly closed: number }> {
    await this.ready();
    this.#requireValid(as);
    requireAdmin(as);
    return { closed: await this.#parts.revocations.add(target) };
  }

  async requireValid(identity: Identity): Promise<void> {
    await this.ready();
    this.#requireValid(identity);
  }

  endSubscriptions({ sub, topics }: { readonly sub: string; readonly topics: readonly string[] }): number {
    return this.#parts.sessions.endSubscriptions(
      sub,
      topics.map((topic) => parsePattern(topic)),
    );
  }

  admit(): void {
    if (this.#lifecycle.draining) throw new FanfareError("draining", "the server is stopping; come back in a moment");
    this.#parts.sessions.requireRoom();
  }

  async health(): Promise<HubHealth> {
    await this.ready();
    const { broker, sessions, totals, replay, publisher } = this.#parts;
    const { log } = this.#options;
    const failure = await this.#probe.failure();
    const bounds = await log.bounds();
    return {
      log: {
        ...bounds,
        capabilities: log.capabilities,
        writable: failure === undefined,
        ...(failure === undefined ? {} : { error: publisher.failure ?? failure }),
      },
      head: broker.head,
      connections: sessions.size,
      subscriptions: sessions.subscriptions,
      stalled: broker.outlets.stalled.size,
      draining: this.#lifecycle.draining,
      totals: { ...totals, replays: replay.reads },
    };
  }

  async drain({ reason, spreadMs }: { readonly reason: string; readonly spreadMs: number }): Promise<void> {
    this.#waits.endAll();
    await this.#lifecycle.drain(reason, spreadMs);
  }

  async close(): Promise<void> {
    this.#waits.endAll();
    await this.#lifecycle.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #requireValid(identity: Identity): void {
    this.#parts.revocations.check(identity);
  }

  /** Nobody waits beyond the end of a credential, nor on a hub that goes. */
  #waitMs(asked: number, { expires }: Identity): number {
    if (this.#lifecycle.draining) return 0;
    return expires === undefined ? asked : Math.min(asked, Math.max(0, expires - this.#options.runtime.now()));
  }

  /** Ends whatever belongs to a credential that is refused from now on, also what is being read for it; answers how many connections. */
  #closeInvalid(): number {
    const check = (identity: Identity): void => this.#requireValid(identity);
    this.#waits.endInvalid(check);
    return this.#parts.sessions.closeInvalid(check);
  }

  #tools(): BeginningTools {
    const { tail, replay, horizon, broker } = this.#parts;
    return { epoch: broker.epoch, tail, log: this.#options.log, replay, horizon };
  }

  #sessionServices(): SessionServices {
    const { broker, requests, consumers, signals, sessions } = this.#parts;
    return {
      broker,
      requests,
      consumers,
      runtime: this.#options.runtime,
      house: this,
      begin: async (after, scope, { selection }) => {
        await this.ready();
        return findBeginning(after, scope, selection, this.#tools());
      },
      publish: (topic, events, identity) => this.publish(topic, events, { as: identity }),
      signal: (params, identity, sender) => {
        this.#requireValid(identity);
        signals.send(params, identity, sender);
      },
      requireValid: (identity) => this.#requireValid(identity),
      onClosed: (session) => sessions.remove(session),
    };
  }
}
