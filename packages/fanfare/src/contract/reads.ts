import type { Limits, Page } from "@fanfare/protocol";
import { z } from "zod";
import type { ReadParams } from "../core/hub.ts";
import { event, gap } from "./events.ts";
import { defineQuery, wholeNumber, type Query } from "./query.ts";
import { selectionShape, toDelivery, toFilter, type SelectionQuery, type Shape } from "./selection-query.ts";

export interface PageQuery extends SelectionQuery {
  readonly limit?: number | undefined;
  /** Seconds. */
  readonly wait?: number | undefined;
}

export function pageQuery(limits: Limits): Query<PageQuery> {
  return defineQuery({ ...selectionShape(limits), ...pacingShape(limits) });
}

/** How much one page brings and when: streams take both, so that an address serves for either, and ignore them. */
export function pacingShape(limits: Limits): Shape<Pick<PageQuery, "limit" | "wait">> {
  const error = `must be from 0 to ${limits.waitSeconds} seconds`;
  return {
    limit: wholeNumber(1, limits.pageEventsMax)
      .optional()
      .meta({ description: `Events of one page at most. Default ${limits.pageEvents}. Streams ignore it.` }),
    wait: z
      .string()
      .regex(/^\d{1,6}(?:\.\d{1,3})?$/, { error })
      .transform(Number)
      .pipe(z.number().min(0).max(limits.waitSeconds, { error }))
      .optional()
      .meta({
        description: "Seconds to wait for the first event or gap when there is none yet. Default 0. Streams ignore it.",
      }),
  };
}

export function toReadParams(query: PageQuery): ReadParams {
  const { topic, after, scope, profile, limit, wait } = query;
  return {
    topics: topic,
    filter: toFilter(query),
    after,
    scope,
    profile,
    limit,
    waitMs: wait === undefined ? undefined : wait * 1000,
    delivery: toDelivery(query),
  };
}

export const page: z.ZodType<Page> = z
  .strictObject({
    prev: z.string().meta({ description: "The cursor that the page begins after." }),
    events: z.array(event),
    cursor: z.string().meta({ description: "Where the page ends: give it as `after` for the next one." }),
    complete: z.boolean().meta({ description: "Nothing more matched when the page was read." }),
    scope: z.string(),
    gap: gap.optional(),
  })
  .meta({
    id: "Page",
    description: "Every matching event of the interval, or a gap that says what is missing.",
  }) as unknown as z.ZodType<Page>;
