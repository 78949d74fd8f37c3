import type { Attributes, DeliveryPolicy, EventInput, FanfareEvent, Filter, Pattern } from "@fanfare/protocol";
import type { Action, Grant, Identity } from "../../src/core/identity.ts";
import type { EventContent, Profile } from "../../src/core/profile.ts";
import type { Chance } from "../../src/testing/seeded-chance.ts";

/** Few words, so that what is published and what is asked for meet often. */
export const TOPICS = ["a.one", "a.two", "a.x.y", "b.one", "b.two", "hidden.one", "hidden.x.two"] as const;
export const PATTERNS = [
  ">",
  "a.>",
  "a.*",
  "a.one",
  "a.x.>",
  "*.one",
  "*.*",
  "b.>",
  "b.two",
  "hidden.>",
  "hidden.one",
  "hidden.x.*",
] as const;
const TYPES = ["made", "moved.far", "moved.near"] as const;
const LANES = ["a", "b", "c"] as const;

/** What an app may declare to be private. */
export const PRIVATES = ["hidden.>"] as const;

export function randomEvent(chance: Chance, data: number): EventInput {
  const attributes: Record<string, string | number | boolean> = { lane: chance.pick(LANES) };
  if (chance.maybe(0.8)) attributes["n"] = chance.between(0, 2);
  if (chance.maybe(0.3)) attributes["flag"] = chance.maybe(0.5);
  const padding = chance.maybe(0.05) ? "x".repeat(chance.between(100, 3_000)) : "é\u2028";
  return { type: chance.pick(TYPES), attributes, data: { data, padding } };
}

export function randomFilter(chance: Chance, depth = 2): Filter {
  const inner = (): Filter => randomFilter(chance, depth - 1);
  const many = (): Filter[] => Array.from({ length: chance.between(1, 3) }, inner);
  switch (chance.between(0, depth > 0 ? 8 : 5)) {
    case 0:
      return { exact: { lane: chance.pick(LANES) } };
    case 1:
      return { exact: { n: chance.maybe(0.5) ? chance.between(0, 2) : String(chance.between(0, 2)) } };
    case 2:
      return { in: { lane: chance.some(LANES, chance.between(1, 2)) } };
    case 3:
      return { prefix: { type: chance.pick(["m", "moved", "moved.f"]) } };
    case 4:
      return { suffix: { topic: chance.pick(["one", "two", "y"]) } };
    case 5:
      return { exact: { flag: chance.maybe(0.5), type: chance.pick(TYPES) } };
    case 6:
      return { all: many() };
    case 7:
      return { any: many() };
    default:
      return { not: inner() };
  }
}

/** Mostly what the identity is granted, so that it gets something to see. */
export function topicsFor(chance: Chance, { grants }: Identity): readonly string[] {
  const granted = grants.filter((grant) => grant.do.includes("subscribe")).flatMap(({ topics }) => topics);
  const wide = granted.length === 0 || granted.includes(">" as Pattern) || chance.maybe(0.2);
  return chance.some([...new Set<string>(wide ? PATTERNS : granted)], chance.maybe(0.6) ? 1 : chance.between(2, 3));
}

export function randomPolicy(chance: Chance): DeliveryPolicy {
  switch (chance.between(0, 3)) {
    case 0:
      return { policy: "latest", keep: chance.between(1, 4) };
    case 1:
      return { policy: "conflate", key: chance.pick(["lane", "n", "flag"]) };
    default:
      return { policy: "complete" };
  }
}

/** Takes `n` and the data away. */
function redact({ type, attributes: { n: _n, ...attributes } }: FanfareEvent): EventContent {
  return { type, attributes, data: { redacted: true } };
}

/** Shows another lane and type than the original: whoever judges the wrong one is found out. */
function disguise({ type, attributes, data }: FanfareEvent): EventContent {
  const { lane = "a" } = attributes;
  const disguised: Attributes = { ...attributes, lane: lane === "a" ? "b" : "a" };
  return { type: type === "made" ? "moved.near" : "made", attributes: disguised, data };
}

/** Fails for one lane; nothing but the type of such an event is to be shown. */
function stumble({ type, attributes, data }: FanfareEvent): EventContent {
  if (attributes["lane"] === "b") throw new Error("this lane is too much");
  return { type, attributes: { lane: attributes["lane"] ?? "a" }, data };
}

const LANE_A: Filter = { exact: { lane: "a" } };
const NO_LANE_C: Filter = { not: { exact: { lane: "c" } } };

export const PROFILES: readonly Profile[] = [
  { name: "narrow", topics: ["a.>", "hidden.one"] as unknown as readonly Pattern[] },
  { name: "lane", filter: LANE_A },
  { name: "redacted", filter: NO_LANE_C, transform: redact },
  { name: "disguised", filter: LANE_A, transform: disguise },
  { name: "stumbling", transform: stumble },
  { name: "fresh", delivery: { policy: "latest", keep: 2 } },
];

export function randomGrant(chance: Chance): Grant {
  const actions: readonly Action[] = ["subscribe", "publish", "signal"];
  const filter = chance.maybe(0.4) ? randomFilter(chance, 1) : undefined;
  const topics = chance.some(PATTERNS, chance.between(1, 3)) as readonly string[] as readonly Pattern[];
  return { do: chance.maybe(0.8) ? actions : chance.some(actions, 2), topics, filter };
}

export function randomIdentity(chance: Chance, sub: string, now: number): Identity {
  return {
    sub,
    kind: "user",
    grants: Array.from({ length: chance.between(1, 3) }, () => randomGrant(chance)),
    profiles: chance.maybe(0.7) ? "all" : chance.some(PROFILES, 3).map(({ name }) => name),
    expires: chance.maybe(0.2) ? now + chance.between(500, 20_000) : undefined,
    issued: now,
  };
}
