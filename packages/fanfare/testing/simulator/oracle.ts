import {
  compileFilter,
  covers,
  matches,
  type DeliveryPolicy,
  type FanfareEvent,
  type Filter,
  type Pattern,
  type SubscribeParams,
} from "@fanfare/protocol";
import type { Action, Identity } from "../../src/core/identity.ts";
import { DEFAULT_PROFILE, type Profile } from "../../src/core/profile.ts";

/** The rules of access, written a second time and as plainly as can be, to hold the hub's against. */
export interface Rules {
  readonly profiles: readonly Profile[];
  readonly privates: readonly string[];
}

/** An event or a signal: what access is decided by. */
export type Subject = Pick<FanfareEvent, "topic" | "id" | "type" | "attributes">;

/** True when some grant lets the identity do this with this very event. */
export function mayTouch({ privates }: Rules, identity: Identity, action: Action, subject: Subject): boolean {
  return identity.grants.some(
    (grant) =>
      grant.do.includes(action) &&
      compileFilter(grant.filter)(subject) &&
      grant.topics.some((own) => matches(own, subject.topic) && !hides(privates, identity, own, subject.topic)),
  );
}

/** True when every pattern lies wholly within a grant. */
export function mayAsk({ privates }: Rules, identity: Identity, patterns: readonly string[]): boolean {
  return patterns.every((pattern) =>
    identity.grants.some(
      (grant) =>
        grant.do.includes("subscribe") &&
        grant.topics.some((own) => covers(own, pattern as Pattern) && !hides(privates, identity, own, pattern)),
    ),
  );
}

/** True when the identity may use the profile; without a name it is the usual one. */
export function mayUse({ profiles }: Rules, { profiles: allowed }: Identity, name: string | undefined): boolean {
  if (name !== undefined && !profiles.some((profile) => profile.name === name)) return false;
  if (allowed === "all") return true;
  return name === undefined ? allowed.length === 0 : allowed.includes(name);
}

export function profileOf({ profiles }: Rules, name: string | undefined): Profile {
  return profiles.find((profile) => profile.name === name) ?? DEFAULT_PROFILE;
}

/** What happens to waiting events, where one interval holds at most so many. */
export function policyOf(profile: Profile, asked: SubscribeParams["delivery"], most: number): DeliveryPolicy {
  const policy = (asked as DeliveryPolicy | undefined) ?? profile.delivery ?? { policy: "complete" };
  return policy.policy === "latest" ? { ...policy, keep: Math.min(policy.keep, most) } : policy;
}

/** True when profile and grants let the identity see the event at all. */
export function maySee(rules: Rules, identity: Identity, profile: Profile, event: Subject): boolean {
  const inProfile = (profile.topics ?? [">" as Pattern]).some((pattern) => matches(pattern, event.topic));
  return inProfile && compileFilter(profile.filter)(event) && mayTouch(rules, identity, "subscribe", event);
}

/** The event as the profile shows it. */
export function show({ transform }: Profile, event: FanfareEvent): FanfareEvent {
  if (transform === undefined) return event;
  const { topic, position, id, time } = event;
  try {
    const { type, attributes, data } = transform(event);
    return { topic, position, id, type, time, attributes, data };
  } catch {
    return { topic, position, id, type: event.type, time, attributes: {}, data: null };
  }
}

/** True when a subscription of that profile, topics and filter is to get it. */
export function isFor(
  rules: Rules,
  identity: Identity,
  asked: { readonly profile: Profile; readonly topics: readonly string[]; readonly filter: Filter | undefined },
  event: FanfareEvent,
): boolean {
  const named = asked.topics.some((pattern) => matches(pattern as Pattern, event.topic));
  return (
    named && maySee(rules, identity, asked.profile, event) && compileFilter(asked.filter)(show(asked.profile, event))
  );
}

/** A private pattern hides what lies in it from every grant that reaches beyond it; only the application is above that. */
function hides(privates: readonly string[], identity: Identity, own: Pattern, wanted: string): boolean {
  if (identity.kind === "root") return false;
  return privates.some((hidden) => covers(hidden as Pattern, wanted as Pattern) && !covers(hidden as Pattern, own));
}
