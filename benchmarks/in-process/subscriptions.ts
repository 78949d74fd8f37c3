import type { Filter } from "fanfare";

/** In what the subscriptions differ: each wants another value of an attribute, another topic, or another prefix. */
export type Kind = "attribute" | "topic" | "prefix";

export interface Content {
  readonly topic: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What the subscription of that number wants, and no other one. */
export function contentOf(kind: Kind, number: number): Content {
  return { topic: kind === "topic" ? `bench.t${number}` : "bench.load", attributes: { key: `k${number}.x` } };
}

export function filterOf(kind: Kind, number: number): Filter | undefined {
  switch (kind) {
    case "attribute":
      return { exact: { key: `k${number}.x` } };
    case "topic":
      return undefined;
    case "prefix":
      return { prefix: { key: `k${number}.` } };
  }
}
