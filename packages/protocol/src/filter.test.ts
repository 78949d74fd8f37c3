import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as arbitrary from "../testing/arbitraries.ts";
import { canonicalFilter } from "./filter-canonical.ts";
import { parseFilter } from "./filter-parse.ts";
import { compileFilter, equalityTerms, subjectText, type Filter, type FilterSubject } from "./filter.ts";

/** The meaning of a filter, read off the table of the documentation, without compiling anything. */
const holds = (filter: Filter, subject: FilterSubject): boolean => {
  const fields: Record<string, unknown> = {
    ...subject.attributes,
    type: subject.type,
    topic: subject.topic,
    id: subject.id,
  };
  const every = (terms: object, satisfies: (text: string, wanted: never) => boolean): boolean =>
    Object.entries(terms).every(
      ([name, wanted]) => Object.keys(fields).includes(name) && satisfies(String(fields[name]), wanted as never),
    );
  if ("exact" in filter) return every(filter.exact, (text, wanted) => text === String(wanted));
  if ("prefix" in filter)
    return every(filter.prefix, (text, wanted: string) => text.slice(0, wanted.length) === wanted);
  if ("suffix" in filter) return every(filter.suffix, (text, wanted: string) => text.slice(-wanted.length) === wanted);
  if ("in" in filter) return every(filter.in, (text, wanted: unknown[]) => wanted.map(String).includes(text));
  if ("all" in filter) return !filter.all.some((part) => !holds(part, subject));
  if ("any" in filter) return filter.any.some((part) => holds(part, subject));
  return !holds(filter.not, subject);
};

const shuffled = <Value>(values: readonly Value[]): fc.Arbitrary<Value[]> =>
  fc.shuffledSubarray([...values], { minLength: values.length, maxLength: values.length });

/** Another way to write the same filter: order, repetition, nesting of the same kind, double `not`, values as texts. */
const rewritten = (filter: Filter): fc.Arbitrary<Filter> => {
  const same = ((): fc.Arbitrary<Filter> => {
    if ("not" in filter) return rewritten(filter.not).map((not) => ({ not }));
    if ("all" in filter) return rewrittenParts(filter.all, "all").map((all) => ({ all }));
    if ("any" in filter) return rewrittenParts(filter.any, "any").map((any) => ({ any }));
    const [kind, terms] = Object.entries(filter)[0] as [string, Record<string, unknown>];
    const asText = (value: unknown): unknown =>
      Array.isArray(value) ? [...value, ...value.map(String)].toReversed() : String(value);
    return fc.tuple(shuffled(Object.entries(terms)), fc.boolean()).map(
      ([entries, texts]) =>
        ({
          [kind]: Object.fromEntries(entries.map(([name, value]) => [name, texts ? asText(value) : value])),
        }) as Filter,
    );
  })();
  return fc.oneof(
    { weight: 5, arbitrary: same },
    { weight: 1, arbitrary: same.map((inner) => ({ not: { not: inner } })) },
    { weight: 1, arbitrary: same.map((inner) => ({ all: [inner] })) },
    { weight: 1, arbitrary: same.map((inner) => ({ any: [inner, inner] })) },
  );
};

const rewrittenParts = (parts: readonly Filter[], kind: "all" | "any"): fc.Arbitrary<Filter[]> =>
  fc.tuple(...parts.map(rewritten)).chain((again): fc.Arbitrary<Filter[]> => {
    const [first, ...rest] = again;
    if (first === undefined || rest.length === 0) return fc.constant([...again, ...again]);
    const nested = { [kind]: rest } as unknown as Filter;
    return fc.oneof(shuffled(again), shuffled([...again, first]), fc.constant<Filter[]>([nested, first]));
  });

describe("a filter", () => {
  test("decides as its definition says", () => {
    fc.assert(
      fc.property(arbitrary.filter, arbitrary.filterSubject, (filter, subject) => {
        expect(compileFilter(filter)(subject)).toBe(holds(filter, subject));
      }),
      { numRuns: 3_000 },
    );
  });

  test("decides after parsing as before", () => {
    fc.assert(
      fc.property(arbitrary.filter, arbitrary.filterSubject, (filter, subject) => {
        expect(parseFilter(JSON.parse(JSON.stringify(filter)))).toEqual(filter);
        expect(compileFilter(parseFilter(filter))(subject)).toBe(holds(filter, subject));
      }),
    );
  });

  test("that is not given lets everything pass", () => {
    fc.assert(fc.property(arbitrary.filterSubject, (subject) => compileFilter(undefined)(subject)));
    expect(equalityTerms(undefined)).toBeUndefined();
    expect(canonicalFilter(undefined)).toBe("");
  });

  test("takes what an event lacks as satisfying nothing but a not", () => {
    const subject = { topic: "t", id: "i", type: "x", attributes: {} };
    for (const name of ["a", "constructor", "toString"]) {
      const missing: Filter[] = [
        { exact: { [name]: "" } },
        { prefix: { [name]: "f" } },
        { suffix: { [name]: "}" } },
        { in: { [name]: ["undefined"] } },
      ];
      expect(missing.map((filter) => compileFilter(filter)(subject))).toEqual([false, false, false, false]);
      expect(missing.every((filter) => compileFilter({ not: filter })(subject))).toBe(true);
    }
  });

  test("compares by text form, on the event's own fields too", () => {
    const subject = { topic: "a.b", id: "i7", type: "x.y", attributes: { n: 1, t: "1", yes: true } };
    const passing: Filter[] = [
      { exact: { n: "1", t: 1 } },
      { in: { yes: ["true"] } },
      { prefix: { topic: "a.", n: "1" } },
      { suffix: { type: ".y", id: "7" } },
    ];
    expect(passing.map((filter) => compileFilter(filter)(subject))).toEqual([true, true, true, true]);
    expect(subjectText(subject, "n")).toBe("1");
    expect(subjectText(subject, "position")).toBeUndefined();
  });
});

describe("the canonical form of a filter", () => {
  test("is the same however the filter was written", () => {
    const pair = arbitrary.filter.chain((filter) => fc.tuple(fc.constant(filter), rewritten(filter)));
    fc.assert(
      fc.property(pair, ([filter, again]) => {
        expect(canonicalFilter(again)).toBe(canonicalFilter(filter));
      }),
      { numRuns: 2_000 },
    );
  });

  test("is a filter that decides as the one it was made of, and its own canonical form", () => {
    fc.assert(
      fc.property(
        arbitrary.filter,
        fc.array(arbitrary.filterSubject, { minLength: 20, maxLength: 20 }),
        (filter, subjects) => {
          const canonical = parseFilter(JSON.parse(canonicalFilter(filter)));
          expect(canonicalFilter(canonical)).toBe(canonicalFilter(filter));
          expect(subjects.map(compileFilter(canonical))).toEqual(subjects.map(compileFilter(filter)));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("when equal for two filters, they decide equally", () => {
    // Two filters of one small kind often mean the same, so the premise holds often enough to mean something.
    const value = fc.constantFrom(1, "1", "2");
    const leaf = fc.record({ exact: fc.record({ a: value }) });
    const small = fc.oneof(
      leaf,
      fc.record({ any: fc.array(leaf, { minLength: 1, maxLength: 2 }) }),
      fc.record({ all: fc.array(leaf, { minLength: 1, maxLength: 2 }) }),
    ) as fc.Arbitrary<Filter>;
    let equal = 0;
    fc.assert(
      fc.property(small, small, (left, right) => {
        if (canonicalFilter(left) !== canonicalFilter(right)) return;
        equal += 1;
        for (const a of [1, "2", "3"]) {
          const subject = { topic: "t", id: "i", type: "x", attributes: { a } };
          expect(compileFilter(left)(subject)).toBe(compileFilter(right)(subject));
        }
      }),
      { numRuns: 1_000 },
    );
    expect(equal).toBeGreaterThan(50);
  });

  test("tells apart what decides differently", () => {
    const filters: Filter[] = [
      { exact: { a: "1" } },
      { exact: { b: "1" } },
      { exact: { a: "11" } },
      { prefix: { a: "1" } },
      { suffix: { a: "1" } },
      { in: { a: ["1", "2"] } },
      { not: { exact: { a: "1" } } },
      { all: [{ exact: { a: "1" } }, { exact: { b: "1" } }] },
      { any: [{ exact: { a: "1" } }, { exact: { b: "1" } }] },
    ];
    expect(new Set(filters.map(canonicalFilter)).size).toBe(filters.length);
  });
});

describe("the equality terms of a filter", () => {
  test("are such that every matching event satisfies one, and are listed once", () => {
    let matching = 0;
    fc.assert(
      fc.property(
        arbitrary.filter,
        fc.array(arbitrary.filterSubject, { minLength: 10, maxLength: 10 }),
        (filter, subjects) => {
          const terms = equalityTerms(filter);
          if (terms === undefined) return;
          expect(new Set(terms.map((term) => JSON.stringify([term.name, term.text]))).size).toBe(terms.length);
          for (const subject of subjects.filter((one) => holds(filter, one))) {
            matching += 1;
            expect(terms.some(({ name, text }) => subjectText(subject, name) === text)).toBe(true);
          }
        },
      ),
      { numRuns: 4_000 },
    );
    expect(matching).toBeGreaterThan(500);
  });

  test.each<[Filter, { name: string; text: string }[] | undefined]>([
    [{ exact: { a: 1, b: 2 } }, [{ name: "a", text: "1" }]],
    [
      { in: { a: [1, "1", 2] } },
      [
        { name: "a", text: "1" },
        { name: "a", text: "2" },
      ],
    ],
    [{ all: [{ prefix: { a: "x" } }, { in: { a: [1, 2] } }, { exact: { type: "t" } }] }, [{ name: "type", text: "t" }]],
    [
      { any: [{ exact: { a: 1 } }, { exact: { a: "1" } }, { exact: { b: 1 } }] },
      [
        { name: "a", text: "1" },
        { name: "b", text: "1" },
      ],
    ],
    [{ any: [{ exact: { a: 1 } }, { prefix: { a: "2" } }] }, undefined],
    [{ not: { exact: { a: 1 } } }, undefined],
    [{ all: [{ prefix: { a: "x" } }] }, undefined],
  ])("of %j are %j", (filter, terms) => {
    expect(equalityTerms(filter)).toEqual(terms);
  });
});
