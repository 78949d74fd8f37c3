import { parseTopic, type Limits } from "@fanfare/protocol";
import { z } from "zod";
import type { TopicStats } from "../core/ports/log.ts";
import { defineQuery, wholeNumber, type Query } from "./query.ts";
import { pattern } from "./selection-query.ts";

export interface TopicsQuery {
  readonly topic?: readonly string[] | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

export function topicsQuery(limits: Limits): Query<TopicsQuery> {
  return defineQuery({
    topic: z
      .array(pattern(limits))
      .max(limits.patterns)
      .optional()
      .meta({ description: "A topic or pattern; repeat it for more." }),
    after: z
      .string()
      .transform((text): string => parseTopic(text, limits, "after"))
      .pipe(z.string())
      .optional()
      .meta({ description: "Begin after this topic's name." }),
    limit: wholeNumber(1, 10_000).optional().meta({ description: "Topics of one answer at most. Default 1000." }),
  });
}

const count = z.int().min(0);

export const topicsPage: z.ZodType<{ readonly topics: readonly TopicStats[] }> = z
  .strictObject({
    topics: z.array(
      z
        .strictObject({
          topic: z.string(),
          events: count,
          bytes: count,
          first: count,
          last: count,
          trimmed: count.meta({ description: "Retention removed everything up to this position." }),
        })
        .meta({ id: "TopicStats" }),
    ),
  })
  .meta({ id: "TopicsPage" }) as unknown as z.ZodType<{ readonly topics: readonly TopicStats[] }>;
