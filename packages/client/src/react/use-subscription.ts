import type { DeliveredOn, TopicContract } from "@fanfare/protocol";
import type { Client, FromPlace, FromSnapshot, FromStorage, Handler, Update } from "../index.ts";
import { useFold } from "./use-fold.ts";
import type { ViewStatus } from "./view.ts";
import { beginningKey, type HookOptions, type Step } from "./wanted.ts";

/** The state after an update. It is called once for each update and in order; it changes nothing but makes another state. */
export type Reducer<State, Event, Loaded = never> = (state: State, update: Update<Event, Loaded>) => State;

/**
 * Folds a subscription's updates into a component's own state; without `initial`, hands each to a handler instead, the next one
 * when the promise that it answers is fulfilled.
 *
 * Options are compared by value, so they may be written inline. Other topics or another filter, profile or policy change the
 * running subscription: the state stays, and a gap `scope` (or another snapshot) says what it lacks. Another client, beginning,
 * consumer or key begins anew with `initial`. For another thing of the same kind give the component a `key`.
 *
 * @example
 * const [paid, status] = useSubscription(
 *   client,
 *   { topics: ["orders.>"], snapshot: loadPaid },
 *   (count, update) => {
 *     switch (update.kind) {
 *       case "snapshot":
 *         return update.state;
 *       case "events":
 *         return count + update.events.length;
 *       case "gap": // a snapshot follows
 *         return count;
 *     }
 *   },
 *   0,
 * );
 */
export function useSubscription<Contracts extends TopicContract, const Topic extends string, State, Loaded>(
  client: Client<Contracts>,
  options: FromSnapshot<Topic, Loaded>,
  reduce: Reducer<State, DeliveredOn<Contracts, Topic>, Loaded>,
  initial: State,
): readonly [state: State, status: ViewStatus];
export function useSubscription<Contracts extends TopicContract, const Topic extends string, State>(
  client: Client<Contracts>,
  options: FromPlace<Topic> | FromStorage<Topic>,
  reduce: Reducer<State, DeliveredOn<Contracts, Topic>>,
  initial: State,
): readonly [state: State, status: ViewStatus];
export function useSubscription<Contracts extends TopicContract, const Topic extends string, Loaded>(
  client: Client<Contracts>,
  options: FromSnapshot<Topic, Loaded>,
  handler: Handler<DeliveredOn<Contracts, Topic>, Loaded>,
): ViewStatus;
export function useSubscription<Contracts extends TopicContract, const Topic extends string>(
  client: Client<Contracts>,
  options: FromPlace<Topic> | FromStorage<Topic>,
  handler: Handler<DeliveredOn<Contracts, Topic>>,
): ViewStatus;
export function useSubscription(
  client: object,
  options: HookOptions,
  take: Handler<never> | Reducer<unknown, never>,
  ...initial: readonly unknown[]
): ViewStatus | readonly [state: unknown, status: ViewStatus] {
  const folds = initial.length > 0;
  const step: Step<unknown> = folds
    ? { kind: "reduce", reduce: take as Reducer<unknown, never> }
    : { kind: "handle", handle: take as Handler<never> };
  const { state, status } = useFold(client, beginningKey(options), initial[0], { options, step });
  return folds ? [state, status] : status;
}
