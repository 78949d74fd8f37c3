import { tests, type Mutant } from "./mutant.ts";

const history = "packages/fanfare/src/testing/history";
const judges = tests("testing/history");

/** Who judges the others must be judged too: each of these makes the history checker blind for something. */
export const judgeMutants: Mutant[] = [
  {
    name: "the history checker does not look at prev",
    file: `${history}/history-checker.ts`,
    find: "if (delivery.prev !== this.#cursor)",
    replace: "if (delivery.prev === undefined)",
    caughtBy: judges,
  },
  {
    name: "the history checker does not look for missing events",
    file: `${history}/history-checker.ts`,
    find: "const excused = this.#checkGap(index, delivery, prev, cursor);",
    replace: "this.#checkGap(index, delivery, prev, cursor);\n    const excused = (): boolean => true;",
    caughtBy: judges,
  },
  {
    name: "the history checker lets duplicates pass",
    file: `${history}/history-checker.ts`,
    find: "if (this.#seen.has(position))",
    replace: "if (this.#seen.has(-position))",
    caughtBy: judges,
  },
  {
    name: "the history checker believes every count",
    file: `${history}/gap-checker.ts`,
    find: "if (dropped !== undefined && dropped !== real)",
    replace: "if (dropped !== undefined && dropped < 0)",
    caughtBy: judges,
  },
  {
    name: "the history checker compares events by their position alone",
    file: `${history}/history-checker.ts`,
    find: "} else if (eventText(expected) !== eventText(event)) {",
    replace: "} else if (expected.position !== event.position) {",
    caughtBy: judges,
  },
];
