import { describe, expect, expectTypeOf, test } from "vitest";
import type {
  ContractEvent,
  DeliveredOn,
  PublishedOn,
  SchemaInput,
  SchemaOutput,
  TopicName,
  TypedEvent,
} from "./contract-types.ts";
import { defineTopic, type Schema, type TopicContract } from "./contract.ts";
import type { EventInput, FanfareEvent } from "./event.ts";
import { covers, overlaps, type Pattern, type Topic } from "./topic.ts";

/** A schema that only has types, as far as these tests look. */
function typed<Input, Output = Input>(): Schema<Input, Output> {
  return {
    "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "validates nothing" }] }) },
  };
}

const orders = defineTopic("orders.*", {
  "order.paid": typed<{ total: number }>(),
  "order.counted": typed<string, number>(),
});
const alerts = defineTopic("alerts.>", { raised: typed<{ level: string }>() });
type Orders = typeof orders;
type Known = typeof orders | typeof alerts;

type Paid = TypedEvent<`orders.${string}`, "order.paid", { total: number }>;
type Counted = TypedEvent<`orders.${string}`, "order.counted", number>;
type Raised = TypedEvent<`alerts.${string}`, "raised", { level: string }>;
type Plain = FanfareEvent;

describe("a contract", () => {
  test("is refused when its pattern is none", () => {
    expect(() => defineTopic("orders..eu", {})).toThrowError(expect.objectContaining({ code: "invalid_topic" }));
    expect(orders.pattern).toBe("orders.*");
  });

  test("knows the topics of its pattern as a type", () => {
    expectTypeOf<TopicName<"orders.*">>().toEqualTypeOf<`orders.${string}`>();
    expectTypeOf<TopicName<"orders.>">>().toEqualTypeOf<`orders.${string}`>();
    expectTypeOf<TopicName<">">>().toEqualTypeOf<string>();
    expectTypeOf<TopicName<"shops.*.orders">>().toEqualTypeOf<`shops.${string}.orders`>();
    expectTypeOf<TopicName<"orders.eu">>().toEqualTypeOf<"orders.eu">();
  });

  test("takes what its schemas take in, and readers get what they give back", () => {
    expectTypeOf<SchemaInput<Schema<string, number>>>().toEqualTypeOf<string>();
    expectTypeOf<SchemaOutput<Schema<string, number>>>().toEqualTypeOf<number>();
    expectTypeOf<PublishedOn<Known, "orders.eu">>().toEqualTypeOf<ContractEvent<Orders>>();
    expectTypeOf<Extract<PublishedOn<Known, "orders.eu">, { type: "order.counted" }>["data"]>().toEqualTypeOf<string>();
    expectTypeOf<PublishedOn<Known, "elsewhere">>().toEqualTypeOf<EventInput<unknown>>();
  });
});

describe("what readers of a pattern get", () => {
  test("is the contract's events for its pattern and for whatever lies within it", () => {
    expectTypeOf<DeliveredOn<Known, "orders.*">>().toEqualTypeOf<Paid | Counted>();
    expectTypeOf<DeliveredOn<Known, "orders.eu">>().toEqualTypeOf<Paid | Counted>();
    expectTypeOf<DeliveredOn<Known, "alerts.>">>().toEqualTypeOf<Raised>();
    expectTypeOf<DeliveredOn<Known, "alerts.*">>().toEqualTypeOf<Raised>();
    expectTypeOf<DeliveredOn<Known, "alerts.a.*.c">>().toEqualTypeOf<Raised>();
    expectTypeOf<DeliveredOn<Known, "orders.eu" | "alerts.a">>().toEqualTypeOf<Paid | Counted | Raised>();
  });

  test("has plain events too where the pattern reaches topics without a contract", () => {
    expectTypeOf<DeliveredOn<Known, ">">>().toEqualTypeOf<Paid | Counted | Raised | Plain>();
    expectTypeOf<DeliveredOn<Known, "orders.>">>().toEqualTypeOf<Paid | Counted | Plain>();
    expectTypeOf<DeliveredOn<Known, "*.eu">>().toEqualTypeOf<Paid | Counted | Raised | Plain>();
    expectTypeOf<DeliveredOn<Known, "*.*.eu">>().toEqualTypeOf<Raised | Plain>();
    expectTypeOf<DeliveredOn<Known, "elsewhere" | "alerts.a">>().toEqualTypeOf<Raised | Plain>();
  });

  test("is plain without contracts, and for topics that none speaks of", () => {
    expectTypeOf<DeliveredOn<never, ">">>().toEqualTypeOf<Plain>();
    expectTypeOf<DeliveredOn<Known, "alerts">>().toEqualTypeOf<Plain>();
    expectTypeOf<DeliveredOn<Known, "orders.eu.paid">>().toEqualTypeOf<Plain>();
  });

  test("can be anything for a pattern that is known at run time only", () => {
    expectTypeOf<DeliveredOn<Known, string>>().toEqualTypeOf<Paid | Counted | Raised | Plain>();
    expectTypeOf<DeliveredOn<Known, `orders.${string}`>>().toEqualTypeOf<Paid | Counted | Raised | Plain>();
    expectTypeOf<DeliveredOn<TopicContract, "a">>().toExtend<FanfareEvent<unknown>>();
    expectTypeOf<Plain>().toExtend<DeliveredOn<TopicContract, "a">>();
  });

  test("has the events of every contract that speaks of some of its topics, since the first one decides", () => {
    const eu = defineTopic("orders.eu", { moved: typed<boolean>() });
    type Moved = TypedEvent<"orders.eu", "moved", boolean>;
    expectTypeOf<DeliveredOn<Orders | typeof eu, "orders.*">>().toEqualTypeOf<Paid | Counted | Moved>();
    expectTypeOf<DeliveredOn<Orders | typeof eu, "orders.us">>().toEqualTypeOf<Paid | Counted>();
  });

  test("is told apart by its type, and has a topic that is one of the contract's", () => {
    const read = (event: DeliveredOn<Orders, "orders.eu">): number =>
      event.type === "order.paid" ? event.data.total : event.data;
    const plain = (event: DeliveredOn<Orders, "orders.eu">): FanfareEvent<unknown> => event;
    const topic = (event: DeliveredOn<Orders, "orders.eu">): Topic & `orders.${string}` => event.topic;
    // @ts-expect-error -- a counted order has no total
    const wrong = (event: DeliveredOn<Orders, "orders.eu">): number => event.data.total;
    // @ts-expect-error -- the pattern reaches deeper topics, of which nothing is known
    const wide = (event: DeliveredOn<Orders, "orders.>">): Paid | Counted => event;
    expect([read, plain, topic, wrong, wide].length).toBe(5);
  });

  test("is decided as patterns are decided at run time", () => {
    type Contract<P extends string> = TopicContract<P, { t: Schema<null> }>;
    type Found<Outer extends string, Inner extends string> = DeliveredOn<Contract<Outer>, Inner>["type"];
    const verdict = (outer: string, inner: string): "covers" | "overlaps" | "neither" => {
      if (covers(outer as Pattern, inner as Pattern)) return "covers";
      return overlaps(outer as Pattern, inner as Pattern) ? "overlaps" : "neither";
    };
    expectTypeOf<Found<"a.*.c", "a.b.c">>().toEqualTypeOf<"t">();
    expect(verdict("a.*.c", "a.b.c")).toBe("covers");
    expectTypeOf<Found<"a.b.c", "a.*.c">>().toEqualTypeOf<string>();
    expect(verdict("a.b.c", "a.*.c")).toBe("overlaps");
    expectTypeOf<DeliveredOn<Contract<"a.*">, "a.b.>">>().toEqualTypeOf<Plain>();
    expect(verdict("a.*", "a.b.>")).toBe("neither");
    expectTypeOf<Found<"a.*", "a.>">>().toEqualTypeOf<string>();
    expect(verdict("a.*", "a.>")).toBe("overlaps");
  });
});
