import { parsePattern } from "./topic.ts";

/** The part of Standard Schema (https://standardschema.dev) that validation needs; zod, valibot and arktype have it. */
export interface Schema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What came of a validation: the value as the schema gives it back, or what is wrong with it and where. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

/** Schemas of the event types of some topics. */
export type Schemas = Readonly<Record<string, Schema>>;

/** What may be published on the topics of a pattern. */
export interface TopicContract<Name extends string = string, Types extends Schemas = Schemas> {
  readonly pattern: Name;
  readonly types: Types;
}

/**
 * Declares the event types of the topics of a pattern: a hub checks them at publish, and they are typed wherever hubs and
 * clients know of them. Throws `invalid_topic` for what is no pattern.
 *
 * @example
 * const orders = defineTopic("orders.*", { "order.paid": z.object({ total: z.number() }) });
 * const hub = createHub({ log: memoryLog(), topics: [orders] });
 * await hub.publish("orders.eu", { type: "order.paid", data: { total: 12 } });
 */
export function defineTopic<const Name extends string, const Types extends Schemas>(
  pattern: Name,
  types: Types,
): TopicContract<Name, Types> {
  parsePattern(pattern);
  return { pattern, types };
}
