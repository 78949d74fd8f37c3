import type { AttributeValue, Filter } from "@fanfare/protocol";
import { z } from "zod";

const terms = <Value>(value: z.ZodType<Value>): z.ZodType<Record<string, Value>> => z.record(z.string(), value);
export const attributeValue: z.ZodType<AttributeValue> = z.union([z.string(), z.number(), z.boolean()]);

/** The filter dialect for those who read the API's description; what a filter means is the protocol's to judge. */
export const filter: z.ZodType<Filter> = z
  .union([
    z.strictObject({ exact: terms(attributeValue) }),
    z.strictObject({ prefix: terms(z.string()) }),
    z.strictObject({ suffix: terms(z.string()) }),
    z.strictObject({ in: terms(z.array(attributeValue)) }),
    z.strictObject({ all: z.array(z.lazy(() => filter)) }),
    z.strictObject({ any: z.array(z.lazy(() => filter)) }),
    z.strictObject({ not: z.lazy(() => filter) }),
  ])
  .meta({
    id: "Filter",
    description: "A predicate on an event's type, topic, id and attributes. Values compare by their text form.",
  });
