import type { HubCoreOptions } from "../../src/core/options.ts";
import type { Chance } from "../../src/testing/seeded-chance.ts";
import type { Faults } from "./faulty-log.ts";
import { PRIVATES, PROFILES } from "./vocabulary.ts";

/** What one seed plays: how large everything is and how badly it goes. */
export interface Scenario {
  /** Hubs on one log. */
  readonly nodes: number;
  /** Connections at the same time, at most. */
  readonly clients: number;
  /** Things that actors do before everything comes to rest. */
  readonly actions: number;
  /** Events that are there before the first hub opens. */
  readonly past: number;
  /** Probability that a connection wants nothing more after a write, one of these for each. */
  readonly laziness: readonly number[];
  /** Probability that what is done next is time passing. */
  readonly haste: number;
  /** Weight of what goes on by itself against what actors do. */
  readonly diligence: number;
  readonly faults: Faults;
  readonly hub: Readonly<
    Record<"tailBytes" | "flushBytes" | "flushEvents" | "heartbeatMs" | "stallTimeoutMs", number>
  > &
    Pick<HubCoreOptions, "replayCacheBytes" | "profiles" | "limits"> & { readonly privates: readonly string[] };
}

export function randomScenario(chance: Chance): Scenario {
  return {
    nodes: chance.maybe(0.3) ? 2 : 1,
    clients: chance.between(1, 5),
    actions: chance.between(30, 150),
    past: chance.maybe(0.5) ? 0 : chance.between(1, 20),
    laziness: chance.pick([[0], [0, 0.2], [0.1, 0.5], [0, 0, 1]]),
    haste: chance.pick([0.02, 0.05, 0.1]),
    diligence: chance.pick([1, 2, 4]),
    faults: {
      readFailure: chance.pick([0, 0, 0.1]),
      appendFailure: chance.pick([0, 0, 0.1]),
      pageRows: chance.pick([2, 5, 50]),
      tellEvents: chance.pick([1, 3, 20]),
    },
    hub: {
      tailBytes: chance.pick([1, 1_500, 4_000, 1_000_000]),
      flushBytes: chance.pick([600, 3_000, 65_536]),
      flushEvents: chance.pick([1, 3, 10, 500]),
      heartbeatMs: chance.pick([1_500, 3_000]),
      stallTimeoutMs: chance.pick([1_000, 4_000, 30_000]),
      replayCacheBytes: chance.pick([1, 5_000, 1_000_000]),
      profiles: PROFILES,
      privates: chance.maybe(0.5) ? PRIVATES : [],
      limits: { replays: chance.pick([1, 2, 8]) },
    },
  };
}
