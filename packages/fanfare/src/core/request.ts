import {
  FanfareError,
  isAttributeName,
  parseFilter,
  parsePattern,
  type DeliveryPolicy,
  type Filter,
  type Limits,
  type Pattern,
} from "@fanfare/protocol";
import { requirePatterns, type PrivatePatterns } from "./authority.ts";
import type { Identity } from "./identity.ts";
import { DEFAULT_PROFILE, type Profile } from "./profile.ts";
import { createSelection, type Selection, type SelectionTools } from "./selection.ts";

/** What a reader or subscriber asks for, as it came. */
export interface Wish {
  readonly topics: readonly string[];
  readonly filter?: Filter | undefined;
  readonly profile?: string | undefined;
  readonly delivery?:
    | { readonly policy: string; readonly keep?: number | undefined; readonly key?: string | undefined }
    | undefined;
}

/** What it gets. */
export interface Granted {
  readonly selection: Selection;
  readonly policy: DeliveryPolicy;
}

/** Largest `keep` of the policy `latest`. */
export const MAX_KEEP = 500;

/** Turns wishes into selections under the hub's profiles, limits and rules of access. */
export class Requests {
  readonly #profiles: ReadonlyMap<string, Profile>;
  readonly #privates: PrivatePatterns;
  readonly #limits: Limits;
  readonly #tools: SelectionTools;

  constructor(options: {
    readonly profiles: readonly Profile[];
    readonly privates: PrivatePatterns;
    readonly limits: Limits;
    readonly tools: SelectionTools;
  }) {
    this.#profiles = new Map([DEFAULT_PROFILE, ...options.profiles].map((profile) => [profile.name, profile]));
    this.#privates = options.privates;
    this.#limits = options.limits;
    this.#tools = options.tools;
  }

  /** The profile of that name, which the identity must be allowed. */
  profile(identity: Identity, name: string | undefined): Profile {
    const wanted = name ?? DEFAULT_PROFILE.name;
    const profile = this.#profiles.get(wanted);
    if (profile === undefined)
      throw new FanfareError("profile_unknown", `profile: there is no "${wanted.slice(0, 80)}"`);
    const free = identity.profiles === "all" || (name === undefined && identity.profiles.length === 0);
    if (!free && !identity.profiles.includes(wanted))
      throw new FanfareError("forbidden", `profile: the credential does not allow "${wanted}"`);
    return profile;
  }

  /** Throws `invalid_topic`, `invalid_filter`, `invalid_request`, `forbidden` or `profile_unknown`. */
  grant(wish: Wish, identity: Identity, profile: Profile): Granted {
    const patterns = this.#patterns(wish.topics);
    const filter = wish.filter === undefined ? undefined : parseFilter(wish.filter, this.#limits);
    const policy =
      wish.delivery === undefined ? (profile.delivery ?? { policy: "complete" }) : parsePolicy(wish.delivery);
    requirePatterns(identity, "subscribe", patterns, this.#privates);
    return {
      selection: createSelection({ patterns, filter, profile, identity, privates: this.#privates }, this.#tools),
      policy,
    };
  }

  #patterns(topics: readonly string[]): readonly Pattern[] {
    if (topics.length === 0) throw new FanfareError("invalid_topic", "topics: name at least one topic or pattern");
    if (topics.length > this.#limits.patterns)
      throw new FanfareError(
        "limit_exceeded",
        `topics: has ${topics.length} patterns, at most ${this.#limits.patterns} are allowed`,
      );
    return topics.map((topic, index) => parsePattern(topic, this.#limits, `topics[${index}]`));
  }
}

function parsePolicy({ policy, keep, key }: NonNullable<Wish["delivery"]>): DeliveryPolicy {
  switch (policy) {
    case "complete":
      return { policy };
    case "latest": {
      const count = keep ?? 1;
      if (!Number.isInteger(count) || count < 1 || count > MAX_KEEP)
        throw new FanfareError("invalid_request", `delivery.keep: must be a whole number from 1 to ${MAX_KEEP}`);
      return { policy, keep: count };
    }
    case "conflate":
      if (key === undefined || !isAttributeName(key))
        throw new FanfareError("invalid_request", "delivery.key: must be the name of an attribute");
      return { policy, key };
    default:
      throw new FanfareError(
        "invalid_request",
        `delivery.policy: must be complete, latest or conflate, not ${JSON.stringify(policy.slice(0, 40))}`,
      );
  }
}
