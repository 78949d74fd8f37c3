import {
  CLOSE_CODES,
  FanfareError,
  formatCursor,
  formatTime,
  overlaps,
  type Epoch,
  type Limits,
  type Pattern,
} from "@fanfare/protocol";
import type { ConnectionInfo, SubscriptionInfo } from "./hub.ts";
import type { HubSession } from "./hub-session.ts";
import type { Identity } from "./identity.ts";
import type { Outlet } from "./outlet.ts";
import type { Subscription } from "./subscription.ts";

/** All connected clients of a hub: how many may be, who must go, what operators see. */
export class Sessions {
  readonly #limits: Limits;
  readonly #bySub = new Map<string, Set<HubSession>>();
  readonly #all = new Map<Outlet, HubSession>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#all.size;
  }

  get subscriptions(): number {
    let count = 0;
    for (const outlet of this.#all.keys()) count += outlet.subscriptions.size;
    return count;
  }

  /** Throws `overloaded` when no further connection is taken. */
  requireRoom(): void {
    if (this.#all.size >= this.#limits.connections)
      throw new FanfareError("overloaded", `connections: at most ${this.#limits.connections} are allowed`);
  }

  /** Throws `limit_exceeded` when the identity has too many connections. */
  requireShare(identity: Identity): void {
    const most = this.#limits.connectionsPerIdentity;
    if (identity.kind === "user" && (this.#bySub.get(identity.sub)?.size ?? 0) >= most)
      throw new FanfareError("limit_exceeded", `connections: at most ${most} are allowed for one identity`);
  }

  add(session: HubSession): void {
    const { sub } = session.identity;
    this.#all.set(session.outlet, session);
    let own = this.#bySub.get(sub);
    if (own === undefined) this.#bySub.set(sub, (own = new Set()));
    own.add(session);
  }

  remove(session: HubSession): void {
    const { sub } = session.identity;
    const own = this.#bySub.get(sub);
    this.#all.delete(session.outlet);
    own?.delete(session);
    if (own?.size === 0) this.#bySub.delete(sub);
  }

  of(outlet: Outlet): HubSession | undefined {
    return this.#all.get(outlet);
  }

  [Symbol.iterator](): IterableIterator<HubSession> {
    return this.#all.values();
  }

  /** Closes whoever may not be here any more; answers how many. */
  closeInvalid(check: (identity: Identity) => void): number {
    let closed = 0;
    for (const session of [...this.#all.values()]) {
      try {
        check(session.identity);
      } catch (error) {
        session.close(CLOSE_CODES.unauthenticated, error instanceof FanfareError ? error.code : "unauthenticated");
        closed += 1;
      }
    }
    return closed;
  }

  /** Ends the subscriptions of a `sub` that touch one of the patterns; answers how many. */
  endSubscriptions(sub: string, patterns: readonly Pattern[]): number {
    let ended = 0;
    for (const session of this.#bySub.get(sub) ?? []) {
      for (const { subscription } of [...session.subscriptions()]) {
        const touched = subscription.audience.selection.patterns.some((own) =>
          patterns.some((pattern) => overlaps(own, pattern)),
        );
        if (!touched) continue;
        session.end(subscription, "forbidden");
        ended += 1;
      }
    }
    return ended;
  }
}

/** What operators see of a connection; subscriptions that `visible` refuses are left out. */
export function describe(
  session: HubSession,
  view: { readonly epoch: Epoch; readonly head: number; readonly visible: (patterns: readonly Pattern[]) => boolean },
): ConnectionInfo {
  const subscriptions = [...session.subscriptions()].filter(({ subscription }) =>
    view.visible(subscription.audience.selection.patterns),
  );
  const { stalledSince } = session.outlet;
  return {
    connection: session.id,
    transport: session.transport,
    sub: session.identity.sub,
    profile: session.profile,
    ...(session.remote === undefined ? {} : { remote: session.remote }),
    since: formatTime(session.since),
    ...(stalledSince === undefined ? {} : { stalledSince: formatTime(stalledSince) }),
    subscriptions: subscriptions.map(({ subscription, consumer }) =>
      describeSubscription(subscription, consumer, view),
    ),
  };
}

function describeSubscription(
  subscription: Subscription,
  consumer: string | undefined,
  view: { readonly epoch: Epoch; readonly head: number },
): SubscriptionInfo {
  const { id, audience, policy, dropped, sent, seen, state } = subscription;
  return {
    subscription: id,
    topics: audience.selection.patterns,
    cursor: formatCursor(view.epoch, sent),
    // A live subscription has been looked at up to the head, whatever it was last told.
    lag: state === "live" ? 0 : Math.max(0, view.head - seen),
    state: state === "live" ? "live" : "catching-up",
    policy: policy.policy,
    dropped,
    ...(consumer === undefined ? {} : { consumer }),
  };
}
