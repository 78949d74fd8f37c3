import {
  compileFilter,
  equalityTerms,
  matches,
  type Filter,
  type FilterSubject,
  type Pattern,
  type Topic,
} from "@fanfare/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TopicIndex } from "./topic-index.ts";

interface Item {
  readonly patterns: readonly Pattern[];
  readonly filter: Filter | undefined;
}

const token = fc.constantFrom("a", "b", "c");
const topic = fc.array(token, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join(".") as Topic);
const pattern = fc
  .tuple(fc.array(fc.constantFrom("a", "b", "*"), { maxLength: 3 }), fc.constantFrom("a", "c", "*", ">"))
  .map(([head, last]) => [...head, last].join(".") as Pattern);
const term = fc.record({
  exact: fc.dictionary(fc.constantFrom("x", "y", "type"), fc.constantFrom("1", "2"), { minKeys: 1, maxKeys: 2 }),
});
const filter: fc.Arbitrary<Filter | undefined> = fc.option(
  fc.oneof(
    term,
    fc.record({ not: term }),
    fc.record({ any: fc.array(term, { minLength: 1, maxLength: 2 }) }),
    fc.record({ all: fc.array(term, { minLength: 1, maxLength: 2 }) }),
  ),
  { nil: undefined },
);
const item: fc.Arbitrary<Item> = fc.record({ patterns: fc.array(pattern, { minLength: 1, maxLength: 3 }), filter });
const subject: fc.Arbitrary<FilterSubject> = fc.record({
  topic,
  id: fc.constant("i"),
  type: fc.constantFrom("1", "2", "3"),
  attributes: fc.dictionary(fc.constantFrom("x", "y"), fc.constantFrom(1, "2", "3")),
});

function wants({ patterns, filter: own }: Item, event: FilterSubject): boolean {
  return patterns.some((one) => matches(one, event.topic as Topic)) && compileFilter(own)(event);
}

describe("the index", () => {
  it("visits every item that wants the event, each once, also after others were removed", () => {
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 20 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        fc.array(subject, { maxLength: 10 }),
        (items, removals, subjects) => {
          const index = new TopicIndex<Item>();
          for (const one of items) index.add(one, { patterns: one.patterns, terms: equalityTerms(one.filter) });
          const removed = items.filter((_, at) => removals[at] === true);
          for (const one of removed) index.remove(one);
          const left = items.filter((one) => !removed.includes(one));
          for (const event of subjects) {
            const visited: Item[] = [];
            index.visit(event, (one) => visited.push(one));
            expect(new Set(visited).size).toBe(visited.length);
            expect(visited.filter((one) => removed.includes(one))).toEqual([]);
            expect(left.filter((one) => wants(one, event) && !visited.includes(one))).toEqual([]);
          }
        },
      ),
    );
  });

  it("visits only what the event's topic and terms lead to", () => {
    const index = new TopicIndex<{ readonly n: number }>();
    for (let n = 0; n < 10_000; n += 1)
      index.add({ n }, { patterns: ["a.*" as Pattern], terms: [{ name: "user", text: String(n) }] });
    const visited: number[] = [];
    index.visit({ topic: "a.b", id: "", type: "t", attributes: { user: 77 } }, ({ n }) => visited.push(n));
    expect(visited).toEqual([77]);
  });
});
