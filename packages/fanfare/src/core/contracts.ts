import { FanfareError, matches, parsePattern, type EventInput, type Pattern, type Topic } from "@fanfare/protocol";

/** The part of Standard Schema (https://standardschema.dev) that validation needs; zod, valibot and arktype have it. */
export interface Schema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

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
 * Declares the event types of the topics of a pattern: they are checked at publish, and typed wherever the hub is.
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

/** Checks published events against the contracts of their topic. */
export class Contracts {
  readonly #contracts: readonly { readonly pattern: Pattern; readonly types: Schemas }[];

  constructor(contracts: readonly TopicContract[]) {
    this.#contracts = contracts.map(({ pattern, types }) => ({ pattern: parsePattern(pattern), types }));
  }

  /** The event with its data as the schema gives it back. Throws `schema_mismatch`, naming the first bad place. */
  async check(topic: Topic, event: EventInput<unknown>): Promise<EventInput<unknown>> {
    const contract = this.#contracts.find(({ pattern }) => matches(pattern, topic));
    if (contract === undefined) return event;
    const schema = Object.hasOwn(contract.types, event.type) ? contract.types[event.type] : undefined;
    if (schema === undefined)
      throw new FanfareError(
        "schema_mismatch",
        `type: "${event.type}" is none of the types of ${contract.pattern}: ${Object.keys(contract.types).join(", ")}`,
      );
    const result = await schema["~standard"].validate(event.data);
    if (result.issues === undefined) return { ...event, data: result.value };
    const [issue] = result.issues;
    const path = (issue?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part));
    throw new FanfareError(
      "schema_mismatch",
      `${["data", ...path].join(".")}: ${issue?.message ?? "does not fit the schema"}`,
    );
  }

  get empty(): boolean {
    return this.#contracts.length === 0;
  }
}
