import { simulation, type Mutant } from "./mutant.ts";

const core = "packages/fanfare/src/core";

/** What is lost must be said, with its reason and its exact count. */
export const gapMutants: Mutant[] = [
  {
    name: "a gap of policy latest counts one event too many",
    file: `${core}/interval.ts`,
    find: "return { entries, through: end, dropped, droppedThrough: droppedThrough ?? end };",
    replace:
      "return { entries, through: end, dropped: dropped && dropped + 1, droppedThrough: droppedThrough ?? end };",
    caughtBy: simulation,
  },
  {
    name: "policy latest keeps one event too many",
    file: `${core}/interval.ts`,
    find: "newest.length > keep ?",
    replace: "newest.length > keep + 1 ?",
    caughtBy: simulation,
  },
  {
    name: "policy latest keeps one event too few",
    file: `${core}/interval.ts`,
    find: "newest.length > keep ?",
    replace: "newest.length > Math.max(1, keep - 1) ?",
    caughtBy: simulation,
  },
  {
    name: "a gap of policy conflate counts one event too few",
    file: `${core}/interval.ts`,
    find: "position <= end).length - entries.length;",
    replace: "position < end).length - entries.length;",
    caughtBy: simulation,
  },
  {
    name: "policy conflate keeps the oldest of a key",
    file: `${core}/interval.ts`,
    find: "newest.delete(of);",
    replace: "if (newest.has(of)) return matched.push(entry.position) > 0;",
    caughtBy: simulation,
  },
  {
    name: "what retention removed is not said",
    file: `${core}/reader.ts`,
    find: "return lost > seen ?",
    replace: "return lost > seen && lost < 0 ?",
    caughtBy: simulation,
  },
  {
    name: "a change of scope is not said",
    file: `${core}/beginning.ts`,
    find: "scope === undefined || scope === selection.scope ?",
    replace: "scope === undefined || scope !== undefined ?",
    caughtBy: simulation,
  },
  {
    name: "a renewed credential's new scope is not said",
    file: `${core}/broker.ts`,
    find: 'if (subscription.gap?.reason !== "reset")',
    replace: 'if (subscription.gap?.reason === "scope")',
    caughtBy: simulation,
  },
];
