import type { DeliveryPolicy, FanfareEvent, Filter } from "@fanfare/protocol";
import type { Chance } from "fanfare/testing";

export const TOPICS = ["a.one", "a.two", "b.one"] as const;
export const LANES = ["x", "y", "z"] as const;

/** What a reader wants, in terms that need no code of the hub's to be understood. */
export interface Wish {
  readonly topics: readonly string[];
  readonly lanes: readonly string[];
  readonly policy: DeliveryPolicy;
}

export function wants({ topics, lanes }: Wish, { topic, attributes }: FanfareEvent): boolean {
  const on = topics.some((pattern) => pattern === topic || topic.startsWith(pattern.replace(">", "")));
  return on && lanes.includes(String(attributes["lane"]));
}

/** The wish as a client says it. Of two wishes in a row no two have the same filter, so that none has the other's scope. */
export function toSelection(
  { topics, lanes, policy }: Wish,
  turn: number,
): { readonly topics: readonly string[]; readonly filter: Filter; readonly delivery: DeliveryPolicy } {
  return { topics, filter: { in: { lane: [...lanes, `none-${turn}`] } }, delivery: policy };
}

export function randomWish(chance: Chance): Wish {
  const topics = chance.maybe(0.4) ? [">"] : chance.maybe(0.5) ? ["a.>"] : chance.some(TOPICS, chance.between(1, 2));
  const lanes = chance.maybe(0.5) ? LANES : chance.some(LANES, chance.between(1, 2));
  const policy: DeliveryPolicy = chance.maybe(0.7)
    ? { policy: "complete" }
    : chance.maybe(0.5)
      ? { policy: "latest", keep: chance.between(1, 5) }
      : { policy: "conflate", key: "lane" };
  return { topics, lanes, policy };
}
