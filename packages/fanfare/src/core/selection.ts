import {
  canonicalFilter,
  compileFilter,
  equalityTerms,
  isExact,
  matches,
  toScope,
  type EqualityTerm,
  type Filter,
  type Pattern,
  type Scope,
  type Topic,
} from "@fanfare/protocol";
import { enforcement, type PrivatePatterns } from "./authority.ts";
import type { Entry } from "./entry.ts";
import type { Identity } from "./identity.ts";
import type { Profile } from "./profile.ts";
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
  hash(text: string): string;
}

export function createSelection(request: SelectionRequest, { transformed, hash }: SelectionTools): Selection {
  const { filter, profile } = request;
  const { transform } = profile;
  const patterns = [...new Set(request.patterns)].toSorted();
  const granted = enforcement(request.identity, patterns, request.privates);
  const ofTopics = compilePatterns(patterns);
  const ofProfile = compilePatterns(profile.topics ?? [">" as Pattern]);
  const enforced = compileFilter(profile.filter);
  const wanted = compileFilter(filter);
  return {
    scope: toScope(hash(JSON.stringify([patterns, canonicalFilter(filter), profileKey(profile), granted.canonical]))),
    patterns,
    terms: indexTerms(filter, profile),
    select(entry) {
      if (!ofTopics(entry.topic) || !ofProfile(entry.topic) || !enforced(entry) || granted.allows?.(entry) === false)
        return undefined;
      // The client's filter sees what the client sees: on the original it could ask out what the transform takes away.
      const shown = transform === undefined ? entry : transformed.apply(transform, entry);
      return wanted(shown) ? shown : undefined;
    },
  };
}

/** Decides for a topic whether it is one of the patterns, without splitting it where that can be avoided. */
export function compilePatterns(patterns: readonly Pattern[]): (topic: Topic) => boolean {
  if (patterns.includes(">" as Pattern)) return () => true;
  const exact = new Set<string>(patterns.filter(isExact));
  const prefixes = patterns.filter(isPrefix).map((pattern) => pattern.slice(0, -1));
  const others = patterns.filter((pattern) => !isExact(pattern) && !isPrefix(pattern));
  return (topic) =>
    exact.has(topic) ||
    prefixes.some((prefix) => topic.startsWith(prefix)) ||
    others.some((pattern) => matches(pattern, topic));
}

function isPrefix(pattern: Pattern): boolean {
  return pattern.endsWith(".>") && !pattern.includes("*");
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
