import { FanfareError, type ProblemCode } from "@fanfare/protocol";
import { z } from "zod";
import { expectation } from "./expectation.ts";

/** Throws `code` with the first place of `value`, called `name`, that does not have the shape. */
export function checkShape<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  { name, code }: { readonly name: string; readonly code: ProblemCode },
): Value {
  const { success, data, error } = schema.safeParse(value, { error: expectation });
  if (success) return data;
  const [issue] = error.issues;
  throw new FanfareError(code, `${placeOf(name, issue)}: ${issue?.message ?? "does not have the expected shape"}`);
}

/** @example placeOf("events", { path: [3, "type"] }) // "events[3].type" */
function placeOf(name: string, issue: z.core.$ZodIssue | undefined): string {
  const path = z.core.toDotPath(issue?.path ?? []);
  const joint = name === "" || path === "" || path.startsWith("[") ? "" : ".";
  return name + joint + path;
}

/** The value as it came, once its shape is checked: for what the hub judges member by member. */
export function shaped<Value>(schema: z.ZodType<Value>, value: unknown, as: Parameters<typeof checkShape>[2]): Value {
  checkShape(schema, value, as);
  return value as Value;
}
