import {
  canonicalFilter,
  compileFilter,
  covers,
  FanfareError,
  matches,
  overlaps,
  type Pattern,
  type Predicate,
  type Topic,
} from "@fanfare/protocol";
import type { Action, Grant, Identity } from "./identity.ts";

/** An action on topics; `admin` is asked for by {@link requireAdmin}. */
export type TopicAction = Exclude<Action, "admin">;

/**
 * Patterns that an app declared private: a grant reaches into one only when the grant's own pattern lies within it.
 * The embedding application itself meets no such border.
 */
export type PrivatePatterns = readonly Pattern[];

/** Throws `forbidden`, naming the pattern, unless one grant covers each pattern wholly. */
export function requirePatterns(
  identity: Identity,
  action: TopicAction,
  patterns: readonly Pattern[],
  privates: PrivatePatterns,
): void {
  const refused = patterns.find((pattern) => !isGranted(identity, action, pattern, privates));
  if (refused !== undefined)
    throw new FanfareError("forbidden", `topics: the credential does not grant ${action} on all of "${refused}"`);
}

/** True when nothing of the patterns lies in a private one that the identity has no explicit grant for. */
export function maySee(identity: Identity, patterns: readonly Pattern[], privates: PrivatePatterns): boolean {
  const inside = patterns.filter((pattern) => privates.some((hidden) => covers(hidden, pattern)));
  return inside.every((pattern) => isGranted(identity, "subscribe", pattern, privates));
}

/** True when the identity may do this with an event of the topic. */
export function mayTouch(
  identity: Identity,
  action: TopicAction,
  topic: Topic,
  privates: PrivatePatterns,
  allows: (grant: Grant) => boolean = () => true,
): boolean {
  return grantsOf(identity, action).some((grant) => reaches(identity, grant, topic, privates) && allows(grant));
}

export function isAdmin(identity: Identity): boolean {
  return identity.grants.some((grant) => grant.do.includes("admin"));
}

/** Throws `forbidden` unless the identity has a grant of `admin`. */
export function requireAdmin(identity: Identity): void {
  if (!isAdmin(identity)) throw new FanfareError("forbidden", "this needs a grant of admin");
}

/** What the grants add to a subscription's predicate. */
export interface Enforcement {
  /** Tells equal enforcements from different ones; empty when nothing is enforced. */
  readonly canonical: string;
  /** Undefined when the patterns alone decide. */
  readonly allows: Predicate | undefined;
}

/**
 * The union of the identity's grants over these patterns, as a predicate. Nothing is enforced where a grant without
 * filter covers every pattern and no private topic is near: then all such identities share a scope.
 */
export function enforcement(identity: Identity, patterns: readonly Pattern[], privates: PrivatePatterns): Enforcement {
  const near =
    identity.kind === "root" ? [] : privates.filter((hidden) => patterns.some((pattern) => overlaps(hidden, pattern)));
  const grants = grantsOf(identity, "subscribe").filter((grant) =>
    grant.topics.some((own) => patterns.some((pattern) => overlaps(own, pattern))),
  );
  const free = patterns.every((pattern) =>
    grants.some((grant) => grant.filter === undefined && grant.topics.some((own) => covers(own, pattern))),
  );
  if (free && near.length === 0) return { canonical: "", allows: undefined };
  const compiled = grants.map((grant) => ({ grant, filter: compileFilter(grant.filter) }));
  return {
    canonical: JSON.stringify([canonicalGrants(grants), near.toSorted()]),
    allows: (subject) =>
      compiled.some(({ grant, filter }) => reaches(identity, grant, subject.topic as Topic, near) && filter(subject)),
  };
}

function isGranted(identity: Identity, action: TopicAction, pattern: Pattern, privates: PrivatePatterns): boolean {
  const inside = privates.filter((hidden) => covers(hidden, pattern));
  return grantsOf(identity, action).some((grant) =>
    grant.topics.some((own) => covers(own, pattern) && inside.every((hidden) => explicit(identity, own, hidden))),
  );
}

function grantsOf(identity: Identity, action: TopicAction): readonly Grant[] {
  return identity.grants.filter((grant) => grant.do.includes(action));
}

function reaches(identity: Identity, grant: Grant, topic: Topic, privates: PrivatePatterns): boolean {
  const hiding = privates.filter((hidden) => matches(hidden, topic));
  return grant.topics.some((own) => matches(own, topic) && hiding.every((hidden) => explicit(identity, own, hidden)));
}

function explicit(identity: Identity, own: Pattern, hidden: Pattern): boolean {
  return identity.kind === "root" || covers(hidden, own);
}

function canonicalGrants(grants: readonly Grant[]): readonly string[] {
  return grants.map((grant) => JSON.stringify([grant.topics.toSorted(), canonicalFilter(grant.filter)])).toSorted();
}
