import { defineTopic, type FanfareEvent, type Schema, type TypedEvent } from "@fanfare/protocol";
import { expectTypeOf, test } from "vitest";
import type { Client, Update } from "../index.ts";
import { useEvents, useSubscription, type EventList, type ViewStatus } from "./index.ts";

/** A schema that only has types. */
function typed<Data>(): Schema<Data> {
  return {
    "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "validates nothing" }] }) },
  };
}

const orders = defineTopic("orders.*", { "order.paid": typed<{ total: number }>() });
type Paid = TypedEvent<`orders.${string}`, "order.paid", { total: number }>;

declare const client: Client<typeof orders>;
declare const plain: Client;

// Hooks are not called outside of components: these functions are only looked at by the compiler.
test("events are those of the client's contracts", () => {
  const typedList = () => useEvents(client, { topics: ["orders.eu"] });
  expectTypeOf(typedList).returns.toEqualTypeOf<EventList<Paid>>();
  const wide = () => useEvents(client, { topics: [">"] });
  expectTypeOf(wide).returns.toEqualTypeOf<EventList<Paid | FanfareEvent>>();
  const untyped = () => useEvents(plain, { topics: ["orders.eu"] });
  expectTypeOf(untyped).returns.toEqualTypeOf<EventList<FanfareEvent>>();
});

test("a reducer gets typed updates and answers the state; with a snapshot it gets what that loads", () => {
  const sum = () =>
    useSubscription(
      client,
      { topics: ["orders.*"] },
      (total, update) => {
        expectTypeOf(update).toEqualTypeOf<Update<Paid>>();
        return total;
      },
      0 as number,
    );
  expectTypeOf(sum).returns.toEqualTypeOf<readonly [state: number, status: ViewStatus]>();
  const loaded = () =>
    useSubscription(
      client,
      { topics: ["orders.*"], snapshot: async () => ({ state: { total: 1 }, cursor: "k3x:1" }) },
      (total, update) => {
        expectTypeOf(update).toEqualTypeOf<Update<Paid, { total: number }>>();
        return update.kind === "snapshot" ? update.state.total : total;
      },
      0 as number,
    );
  expectTypeOf(loaded).returns.toEqualTypeOf<readonly [state: number, status: ViewStatus]>();
});

test("without an initial state the function is a handler, and there is only a status", () => {
  const handled = () =>
    useSubscription(client, { topics: ["orders.*"] }, async (update) => {
      expectTypeOf(update).toEqualTypeOf<Update<Paid>>();
    });
  expectTypeOf(handled).returns.toEqualTypeOf<ViewStatus>();
});

test("a list takes no snapshot and no storage: it is a list of events", () => {
  const wrong = () =>
    // @ts-expect-error -- a snapshot is useSubscription's
    useEvents(client, { topics: ["orders.*"], snapshot: async () => ({ state: 1, cursor: "k3x:1" }) });
  expectTypeOf(wrong).toBeFunction();
});
