import {
  canonicalFilter,
  compileFilter,
  equalityTerms,
  toScope,
  type EqualityTerm,
  type Filter,
  type Pattern,
  type Predicate,
  type Scope,
} from "@fanfare/protocol";
import { enforcement, type Enforcement, type PrivatePatterns } from "./authority.ts";
import type { Entry } from "./entry.ts";
import type { Identity } from "./identity.ts";
import type { Profile } from "./profile.ts";
import type { TopicMatchers } from "./topic-matchers.ts";
import type { Transformed } from "./transformed.ts";

/** A subscription's effective predicate: topics ∧ filter ∧ profile ∧ grants, with the profile's transform. */
export interface Selection {
  /** Equal for selections that choose and show the same. */
  readonly scope: Scope;
  readonly patterns: readonly Pattern[];
  /** Of which every chosen event satisfies one; undefined when the topics alone lead here. */
  readonly terms: readonly EqualityTerm[] | undefined;
  /** The event as this selection shows it, or `undefined` when it is not for it. */
  select(entry: Entry): Entry | undefined;
}

export interface SelectionRequest {
  readonly patterns: readonly Pattern[];
  readonly filter: Filter | undefined;
  readonly profile: Profile;
  readonly identity: Identity;
  readonly privates: PrivatePatterns;
}

export interface SelectionTools {
  readonly transformed: Transformed;
  readonly matchers: TopicMatchers;
  hash(text: string): string;
}

export function createSelection(request: SelectionRequest, tools: SelectionTools): Selection {
  const { filter, profile } = request;
  const patterns = [...new Set(request.patterns)].toSorted();
  const granted = enforcement(request.identity, patterns, request.privates);
  const scope = tools.hash(JSON.stringify([patterns, canonicalFilter(filter), profileKey(profile), granted.canonical]));
  const admits = compileAdmission(patterns, profile, granted, tools.matchers);
  return {
    scope: toScope(scope),
    patterns,
    terms: indexTerms(filter, profile),
    select: compileSelect(admits, request, tools),
  };
}

/** Topics, the profile's filter and the grants: what judges the original event. Only what there is is asked. */
function compileAdmission(
  patterns: readonly Pattern[],
  profile: Profile,
  granted: Enforcement,
  matchers: TopicMatchers,
): (entry: Entry) => boolean {
  const ofTopics = matchers.of(patterns);
  const enforced: Predicate[] = [];
  if (profile.topics !== undefined) enforced.push(matchers.of(profile.topics));
  if (profile.filter !== undefined) enforced.push(compileFilter(profile.filter));
  if (granted.allows !== undefined) enforced.push(granted.allows);
  return enforced.length === 0 ? ofTopics : (entry) => ofTopics(entry) && enforced.every((allows) => allows(entry));
}

function compileSelect(
  admits: (entry: Entry) => boolean,
  { filter, profile: { transform } }: SelectionRequest,
  { transformed }: SelectionTools,
): Selection["select"] {
  const wanted = compileFilter(filter);
  if (transform === undefined) return (entry) => (admits(entry) && wanted(entry) ? entry : undefined);
  return (entry) => {
    if (!admits(entry)) return undefined;
    // The client's filter sees what the client sees: on the original it could ask out what the transform takes away.
    const shown = transformed.apply(transform, entry);
    return wanted(shown) ? shown : undefined;
  };
}

/** Terms of the transformed event say nothing about the original one that the index sees. */
function indexTerms(filter: Filter | undefined, profile: Profile): readonly EqualityTerm[] | undefined {
  const known = profile.transform === undefined ? [filter, profile.filter] : [profile.filter];
  return equalityTerms({ all: known.filter((part) => part !== undefined) });
}

/** Empty for a profile that changes nothing, so that its subscribers share a scope with all others. */
function profileKey(profile: Profile): string {
  if (profile.topics === undefined && profile.filter === undefined && profile.transform === undefined) return "";
  return JSON.stringify([
    profile.transform === undefined ? "" : profile.name,
    profile.topics?.toSorted() ?? [],
    canonicalFilter(profile.filter),
  ]);
}
