import type { EventInput, PublishResult } from "@fanfare/protocol";
import type { Schema, TopicContract } from "../core/contracts.ts";
import type { As, Hub } from "../core/hub.ts";

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
export type SchemaInput<S> = S extends Schema<infer Input> ? Input : never;

/** The events that a contract's topics take. */
export type ContractEvent<Contract extends TopicContract> = {
  readonly [Type in keyof Contract["types"] & string]: Omit<EventInput, "type" | "data"> & {
    readonly type: Type;
    readonly data: SchemaInput<Contract["types"][Type]>;
  };
}[keyof Contract["types"] & string];

/** The contract of a topic among several; `never` for a topic that none speaks of. */
export type ContractOf<Contracts extends TopicContract, Topic extends string> = Contracts extends TopicContract
  ? Topic extends TopicName<Contracts["pattern"]>
    ? Contracts
    : never
  : never;

/** What may be published on a topic: its contract's events, or any where no contract speaks of it. */
export type PublishedOn<Contracts extends TopicContract, Topic extends string> = [
  ContractOf<Contracts, Topic>,
] extends [never]
  ? EventInput<unknown>
  : ContractEvent<ContractOf<Contracts, Topic>>;

/** A hub that knows the contracts of its topics. */
export interface TypedHub<Contracts extends TopicContract> extends Omit<Hub, "publish"> {
  publish<Topic extends string>(
    topic: Topic,
    events: PublishedOn<Contracts, Topic> | readonly PublishedOn<Contracts, Topic>[],
    options?: As,
  ): Promise<PublishResult>;
}
