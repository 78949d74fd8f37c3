import { FanfareError, isAttributeName } from "@fanfare/protocol";
import { z } from "zod";
import { checkShape } from "./shape.ts";

/** The query of one route: a schema a parameter. */
export interface Query<Value> {
  readonly shape: z.ZodRawShape;
  /** Throws `invalid_request`, naming a parameter that is unknown, given twice or not of its form. */
  read(params: URLSearchParams): Value;
}

/**
 * Describes a query. A parameter whose schema is an array may be repeated; one called `attr` takes all those that begin
 * with `attr.`, as lists by the name behind the dot.
 */
export function defineQuery<Shape extends z.ZodRawShape>(shape: Shape): Query<z.output<z.ZodObject<Shape>>> {
  const schema = z.object(shape);
  return {
    shape,
    read: (params) => checkShape(schema, gather(shape, params), { name: "", code: "invalid_request" }),
  };
}

/** A parameter that must be a whole number in the range. */
export function wholeNumber(min: number, max: number): z.ZodType<number> {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error })
    .transform(Number)
    .pipe(z.int({ error }).min(min, { error }).max(max, { error }));
}

/** A parameter that holds JSON text; `read` turns it into what the schema describes. */
export function jsonParameter<Value>(schema: z.ZodType<Value>, read: (text: string) => Value): z.ZodType<Value> {
  return z
    .string()
    .transform((text): unknown => read(text))
    .pipe(schema)
    .meta({ contentMediaType: "application/json" });
}

const ATTRIBUTE_PREFIX = "attr.";

function gather(shape: z.ZodRawShape, params: URLSearchParams): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  const attributes: [name: string, values: readonly string[]][] = [];
  for (const name of new Set(params.keys())) {
    const given = params.getAll(name);
    if (name.startsWith(ATTRIBUTE_PREFIX) && "attr" in shape) {
      attributes.push([attributeName(name), given]);
      continue;
    }
    const schema = name !== "attr" && Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (schema === undefined) throw unknown(name, shape);
    if (!isRepeatable(schema) && given.length > 1)
      throw new FanfareError("invalid_request", `${name}: is given ${given.length} times, at most once is allowed`);
    values[name] = isRepeatable(schema) ? given : given[0];
  }
  return attributes.length === 0 ? values : { ...values, attr: Object.fromEntries(attributes) };
}

/** Checked here, before any schema, since a name that JavaScript takes for a prototype would vanish in one. */
function attributeName(parameter: string): string {
  const name = parameter.slice(ATTRIBUTE_PREFIX.length);
  if (!isAttributeName(name))
    throw new FanfareError("invalid_request", `${printable(parameter)}: this is no attribute's name`);
  return name;
}

function unknown(name: string, shape: z.ZodRawShape): FanfareError {
  const known = Object.keys(shape).map((key) => (key === "attr" ? "attr.<name>" : key));
  const allowed = known.length === 0 ? "there are none here" : `allowed: ${known.join(", ")}`;
  return new FanfareError("invalid_request", `${printable(name)}: unknown parameter; ${allowed}`);
}

/** A parameter's name for people: what is no plain text in it is shown escaped. */
function printable(name: string): string {
  return /^[\w.$-]{1,64}$/.test(name) ? name : JSON.stringify(name.slice(0, 64));
}

export function isRepeatable(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return isRepeatable(schema.unwrap());
  return schema instanceof z.ZodArray;
}
