import type { Schema, TopicContract } from "./contract.ts";
import type { EventInput, FanfareEvent } from "./event.ts";
import type { Topic } from "./topic.ts";

/** A pattern as the type of its topics: `orders.*` and `orders.>` are `orders.${string}`. */
export type TopicName<Pattern extends string> = Pattern extends ">" | "*"
  ? string
  : Pattern extends `${infer Before}.${">" | "*"}`
    ? `${TopicName<Before>}.${string}`
    : Pattern extends `*.${infer After}`
      ? `${string}.${TopicName<After>}`
      : Pattern extends `${infer Before}.*.${infer After}`
        ? `${TopicName<Before>}.${string}.${TopicName<After>}`
        : Pattern;

/** What a schema takes in. */
export type SchemaInput<S> = S extends Schema<infer Input, unknown> ? Input : never;

/** What a schema gives back: what a hub stores and readers get, as far as JSON can say it. */
export type SchemaOutput<S> = S extends Schema<unknown, infer Output> ? Output : never;

/** The events that a contract's topics take. */
export type ContractEvent<Contract extends TopicContract> = {
  readonly [Type in keyof Contract["types"] & string]: Omit<EventInput, "type" | "data"> & {
    readonly type: Type;
    readonly data: SchemaInput<Contract["types"][Type]>;
  };
}[keyof Contract["types"] & string];

/** The contract of a topic among several; `never` for a topic that none speaks of. */
export type ContractOf<Contracts extends TopicContract, Name extends string> = Contracts extends TopicContract
  ? Name extends TopicName<Contracts["pattern"]>
    ? Contracts
    : never
  : never;

/** What may be published on a topic: its contract's events, or any where no contract speaks of it. */
export type PublishedOn<Contracts extends TopicContract, Name extends string> = [ContractOf<Contracts, Name>] extends [
  never,
]
  ? EventInput<unknown>
  : ContractEvent<ContractOf<Contracts, Name>>;

/** An event as readers of a contract's topics see it. */
export interface TypedEvent<Name extends string, Type extends string, Data> extends FanfareEvent<Data> {
  readonly topic: Topic & Name;
  readonly type: Type;
}

/**
 * What a reader of these patterns gets: the events of every contract that they reach, told apart by `type`, and plain
 * events too where a pattern also reaches topics that no contract speaks of.
 *
 * @example
 * const orders = defineTopic("orders.*", { "order.paid": z.object({ total: z.number() }) });
 * type Paid = DeliveredOn<typeof orders, "orders.eu">; // TypedEvent<`orders.${string}`, "order.paid", { total: number }>
 * type Any = DeliveredOn<typeof orders, ">">; // the same | FanfareEvent
 */
export type DeliveredOn<Contracts extends TopicContract, Topics extends string> = Topics extends string
  ? ReadEvent<Reached<Contracts, Topics>> | (true extends Covered<Contracts, Topics> ? never : FanfareEvent)
  : never;

type ReadEvent<Contract extends TopicContract> = Contract extends TopicContract
  ? {
      readonly [Type in keyof Contract["types"] & string]: TypedEvent<
        TopicName<Contract["pattern"]>,
        Type,
        SchemaOutput<Contract["types"][Type]>
      >;
    }[keyof Contract["types"] & string]
  : never;

/** The contracts that speak of some topic of the pattern; all where the pattern is known at run time only. */
type Reached<Contracts extends TopicContract, Pattern extends string> = Contracts extends TopicContract
  ? false extends IsLiteral<Contracts["pattern"]> | IsLiteral<Pattern>
    ? Contracts
    : Overlaps<Contracts["pattern"], Pattern> extends true
      ? Contracts
      : never
  : never;

/** Includes `true` when one contract speaks of all topics of the pattern. */
type Covered<Contracts extends TopicContract, Pattern extends string> = Contracts extends TopicContract
  ? false extends IsLiteral<Contracts["pattern"]> | IsLiteral<Pattern>
    ? false
    : Covers<Contracts["pattern"], Pattern>
  : false;

/** `false` for `string` and for texts with holes. */
type IsLiteral<Text extends string> = Partial<Record<Text, unknown>> extends Record<Text, unknown> ? false : true;

/** `covers`, as a type. */
type Covers<Outer extends string, Inner extends string> = Outer extends ">"
  ? true
  : [Outer, Inner] extends [`${infer Wide}.${infer Wider}`, `${infer Narrow}.${infer Narrower}`]
    ? Wide extends "*" | Narrow
      ? Covers<Wider, Narrower>
      : false
    : Outer extends "*"
      ? Inner extends ">" | `${string}.${string}`
        ? false
        : true
      : Outer extends Inner
        ? true
        : false;

/** `overlaps`, as a type. */
type Overlaps<Left extends string, Right extends string> = ">" extends Left | Right
  ? true
  : [Left, Right] extends [`${infer One}.${infer More}`, `${infer Other}.${infer Others}`]
    ? SameToken<One, Other> extends true
      ? Overlaps<More, Others>
      : false
    : [Extract<Left | Right, `${string}.${string}`>] extends [never]
      ? SameToken<Left, Right>
      : false;

type SameToken<One extends string, Other extends string> = "*" extends One | Other
  ? true
  : One extends Other
    ? true
    : false;
