import {
  FanfareError,
  parseFilter,
  parsePattern,
  type DeliveryPolicy,
  type Filter,
  type Limits,
} from "@fanfare/protocol";
import { z } from "zod";
import { MAX_KEEP } from "../core/request.ts";
import { filter } from "./filter.ts";
import { parseJson } from "./json-text.ts";
import { jsonParameter, wholeNumber } from "./query.ts";

/** What queries for pages and for streams have in common. */
export interface SelectionQuery {
  readonly topic?: readonly string[] | undefined;
  readonly type?: readonly string[] | undefined;
  readonly attr?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly filter?: Filter | undefined;
  readonly after?: string | undefined;
  readonly scope?: string | undefined;
  readonly profile?: string | undefined;
  readonly policy?: DeliveryPolicy["policy"] | undefined;
  readonly keep?: number | undefined;
  readonly key?: string | undefined;
}

/** An entry of the parameter `topic`: judged here, where its name is known. */
export function pattern(limits: Limits): z.ZodType<string> {
  return z
    .string()
    .transform((text): string => parsePattern(text, limits, "topic"))
    .pipe(z.string());
}

/** A schema a parameter. */
export type Shape<Value> = { readonly [Name in keyof Value]-?: z.ZodType<Value[Name]> };

export function selectionShape(limits: Limits): Shape<SelectionQuery> {
  return {
    topic: z
      .array(pattern(limits))
      .optional()
      .meta({ description: "A topic or pattern; repeat it for more. Default: all topics." }),
    type: z.array(z.string()).optional().meta({ description: "An event type; repeated ones are alternatives." }),
    attr: z
      .record(z.string(), z.array(z.string()))
      .optional()
      .meta({ description: "`attr.<name>=<value>`: an attribute's text form; the same name again is an alternative." }),
    filter: jsonParameter(filter, (text) => parseFilter(parseJson("filter", text, limits), limits)).optional(),
    after: z
      .string()
      .optional()
      .meta({ description: "A cursor, `start` or `now`. Pages begin at `start` by default, streams at `now`." }),
    scope: z
      .string()
      .optional()
      .meta({ description: "The scope that the cursor came with: another one is told as a gap." }),
    profile: z.string().optional().meta({ description: "Name of the wanted profile. Default `default`." }),
    policy: z
      .enum(["complete", "latest", "conflate"])
      .optional()
      .meta({ description: "What happens to waiting events." }),
    keep: wholeNumber(1, MAX_KEEP)
      .optional()
      .meta({ description: "With `policy=latest`: how many of the newest waiting events stay. Default 1." }),
    key: z
      .string()
      .optional()
      .meta({ description: "With `policy=conflate`: the attribute by which newer events replace older ones." }),
  };
}

/** One filter of all that narrows; as in a subscription's filter, so that both have the same scope. */
export function toFilter({ type, attr = {}, filter: given }: SelectionQuery): Filter | undefined {
  const parts: Filter[] = given === undefined ? [] : [given];
  if (type !== undefined) parts.push(oneOf("type", type));
  for (const [name, values] of Object.entries(attr)) parts.push(oneOf(name, values));
  return parts.length > 1 ? { all: parts } : parts[0];
}

/** Throws `invalid_request` for `keep` or `key` without their policy, and for a missing `key`. */
export function toDelivery({ policy, keep, key }: SelectionQuery): DeliveryPolicy | undefined {
  if (keep !== undefined && policy !== "latest") throw alone("keep", "latest");
  if (key !== undefined && policy !== "conflate") throw alone("key", "conflate");
  switch (policy) {
    case undefined:
      return undefined;
    case "complete":
      return { policy };
    case "latest":
      return { policy, keep: keep ?? 1 };
    case "conflate":
      if (key === undefined) throw new FanfareError("invalid_request", "key: is needed with policy=conflate");
      return { policy, key };
  }
}

function oneOf(name: string, values: readonly string[]): Filter {
  const [only = ""] = values;
  return values.length === 1 ? { exact: { [name]: only } } : { in: { [name]: values } };
}

function alone(name: string, policy: string): FanfareError {
  return new FanfareError("invalid_request", `${name}: has a meaning only with policy=${policy}`);
}
