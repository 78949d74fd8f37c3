import { simulation, tests, type Mutant } from "./mutant.ts";

const stores = "packages/fanfare/src/stores";
const sqlite = tests("stores/sqlite/");

/** What a log promises: acknowledged is stored, a position is given once, nobody sleeps through a commit. */
export const storeMutants: Mutant[] = [
  {
    name: "the memory log answers before it has stored",
    file: `${stores}/memory/storage.ts`,
    find: "this.#store([...fresh.values()]);",
    replace: "setImmediate(() => this.#store([...fresh.values()]));",
    caughtBy: tests("stores/memory"),
  },
  {
    name: "the memory log stores half of a batch that it refuses",
    file: `${stores}/memory/storage.ts`,
    find: "const position = toPosition(this.last + fresh.size + 1);",
    replace: "const position = toPosition((this.last += 1));",
    caughtBy: tests("stores/memory"),
  },
  {
    name: "the memory log forgets to wake its followers when commits come close together",
    file: `${stores}/memory/storage.ts`,
    find: "if (this.#untold.length === 0) queueMicrotask(() => this.#tell());",
    replace: "if (this.#untold.length === 0 && this.last < 20) queueMicrotask(() => this.#tell());",
    caughtBy: simulation,
  },
  {
    name: "the SQLite log acknowledges a group before its commit",
    file: `${stores}/sqlite/writer.ts`,
    find: "return { replies, before, last: this.#engine.end(), openers };",
    replace: "this.#report(replies);\n    return { replies: [], before, last: this.#engine.end(), openers };",
    caughtBy: sqlite,
  },
  {
    name: "a batch that the SQLite log refuses burns its positions",
    file: `${stores}/sqlite/careful-append.ts`,
    find: "return { answer, last };",
    replace: "return { answer, last: this.#last };",
    caughtBy: sqlite,
  },
  {
    name: "a batch that the SQLite log refuses leaves its first events",
    file: `${stores}/sqlite/careful-append.ts`,
    find: 'this.#db.exec("ROLLBACK TO batch");',
    replace: "",
    caughtBy: sqlite,
  },
  {
    name: "an event that retention removed is forgotten at once, and may be stored again",
    file: `${stores}/sqlite/careful-append.ts`,
    find: "if (known !== undefined) return again(known, event);",
    replace: "",
    caughtBy: sqlite,
  },
  {
    name: "the doorbell is not rung after a commit",
    file: `${stores}/sqlite/writer.ts`,
    find: "if (openers > 1) this.#bell.ring();",
    replace: "",
    caughtBy: sqlite,
  },
  {
    name: "a ring that comes while the feed is at work is lost",
    file: `${stores}/sqlite/writer.ts`,
    find: "if (this.#feed.step()) return this.#feedOn();",
    replace: "this.#feed.step();",
    caughtBy: sqlite,
  },
  {
    name: "own events are told before others' that were committed earlier",
    file: `${stores}/sqlite/follow-order.ts`,
    find: "this.#ahead.set(first.position, events);\n    this.#advance();",
    replace: "this.#tell(events, toPosition(first.position + events.length - 1));",
    caughtBy: sqlite,
  },
  {
    name: "a page of the SQLite log leaves its last event out",
    file: `${stores}/sqlite/event-feed.ts`,
    find: "WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
    replace: "WHERE position > ? AND position < ? ORDER BY position LIMIT ?",
    caughtBy: sqlite,
  },
];
