import type { DeliveredOn, Gap, TopicContract } from "@fanfare/protocol";
import type { Client, FromPlace, Update } from "../index.ts";
import { useFold } from "./use-fold.ts";
import type { ViewStatus } from "./view.ts";
import { beginningKey, selectionKey, type HookOptions } from "./wanted.ts";

/** How long the list may become. */
export interface EventListLimits {
  /** Events that are kept, the newest ones; default 100, at least 1. */
  readonly limit?: number | undefined;
}

/** The newest events of a subscription. */
export interface EventList<Event> {
  /** In the order of the log, the newest last. */
  readonly events: readonly Event[];
  /** The last loss that was told, if any. */
  readonly gap: Gap | undefined;
  readonly status: ViewStatus;
}

const DEFAULT_LIMIT = 100;

/** A list without its status, which is the fold's. */
type Kept = Omit<EventList<never>, "status">;

const NOTHING: Kept = { events: [], gap: undefined };

/**
 * The newest events that match. Options are compared by value, so they may be written inline; other ones are another list, which
 * begins at its `after`: by default at what comes from now on. A list whose log was replaced (gap `reset`) begins anew.
 *
 * Throws `RangeError` for a limit below 1 or one that is no integer.
 *
 * @example
 * const { events, gap } = useEvents(client, { topics: ["orders.>"], after: "start" }, { limit: 20 });
 * return <ul>{events.map((event) => <li key={event.id}>{event.type}</li>)}</ul>;
 */
export function useEvents<Contracts extends TopicContract, const Topic extends string>(
  client: Client<Contracts>,
  options: FromPlace<Topic>,
  limits?: EventListLimits,
): EventList<DeliveredOn<Contracts, Topic>>;
export function useEvents(
  client: object,
  options: HookOptions,
  { limit = DEFAULT_LIMIT }: EventListLimits = {},
): EventList<never> {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`limit: ${limit} is no integer of at least 1`);
  const reduce = (kept: Kept, update: Update<never>): Kept => keep(kept, update, limit);
  const wanted = { options, step: { kind: "reduce", reduce } } as const;
  const { state, status } = useFold(client, beginningKey(options) + selectionKey(options), NOTHING, wanted);
  return { ...state, events: state.events.slice(-limit), status };
}

function keep({ events, gap }: Kept, update: Update<never>, limit: number): Kept {
  switch (update.kind) {
    case "events":
      return { events: [...events, ...update.events].slice(-limit), gap };
    case "gap":
      // What is read from here on bears positions of another log, and may be the same events once more.
      return { events: update.gap.reason === "reset" ? [] : events, gap: update.gap };
  }
}
