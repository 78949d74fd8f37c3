import fc from "fast-check";
import { expect, test } from "vitest";
import * as arbitrary from "../testing/arbitraries.ts";
import { refusal } from "../testing/refusal.ts";
import { parseFilter } from "./filter-parse.ts";
import { DEFAULT_LIMITS } from "./limits.ts";

const nest = (depth: number): unknown => (depth === 1 ? { exact: { a: 1 } } : { not: nest(depth - 1) });
const terms = (count: number): unknown => ({ in: { a: Array.from({ length: count }, (_, index) => index) } });

test("a filter may be 8 deep, whatever it is nested by", () => {
  const wrap = {
    all: (inner: unknown) => ({ all: [inner] }),
    any: (inner: unknown) => ({ any: [inner] }),
    not: (inner: unknown) => ({ not: inner }),
  };
  for (const by of Object.values(wrap)) {
    let filter: unknown = { exact: { a: 1 } };
    for (let depth = 2; depth <= 8; depth += 1) filter = by(filter);
    expect(refusal(() => parseFilter(filter))).toBe("accepted");
    expect(refusal(() => parseFilter(by(filter)))).toBe("invalid_filter filter: is nested deeper than 8");
  }
  expect(refusal(() => parseFilter(nest(5_000)))).toBe("invalid_filter filter: is nested deeper than 8");
});

test("a filter may have 64 comparisons, counted over all of its parts", () => {
  const refused = "invalid_filter filter: has more than 64 comparisons";
  expect(refusal(() => parseFilter(terms(64)))).toBe("accepted");
  expect(refusal(() => parseFilter(terms(65)))).toBe(refused);
  expect(refusal(() => parseFilter({ any: [terms(63), { exact: { b: 1 } }] }))).toBe("accepted");
  expect(refusal(() => parseFilter({ any: [terms(63), { not: { prefix: { b: "1", c: "2" } } }] }))).toBe(refused);
  expect(refusal(() => parseFilter({ all: Array.from({ length: 65 }, () => ({ suffix: { a: "x" } })) }))).toBe(refused);
});

test("a filter may have 4096 bytes as canonical JSON in UTF-8", () => {
  const values = (bytes: number): unknown => {
    // The frame and its quotes, four values with their commas, and a last one that fills up to the wanted size.
    const last = bytes - '{"in":{"aa":[""]}}'.length - 4 * '"…",'.length - 4 * 900 + 4;
    return { in: { aa: [..."bcde"].map((letter) => letter.repeat(900)).concat("é".repeat(last / 2)) } };
  };
  expect(refusal(() => parseFilter(values(4_096)))).toBe("accepted");
  expect(refusal(() => parseFilter(values(4_098)))).toBe(
    "invalid_filter filter: has 4098 bytes, at most 4096 are allowed",
  );
});

test("a value may have 1024 bytes in UTF-8", () => {
  expect(refusal(() => parseFilter({ exact: { a: "é".repeat(512) } }))).toBe("accepted");
  expect(refusal(() => parseFilter({ exact: { a: "é".repeat(513) } }))).toBe(
    "invalid_filter filter.exact.a: has more than 1024 bytes",
  );
});

test("other limits may be given", () => {
  const limits = { ...DEFAULT_LIMITS, filterDepth: 1, filterTerms: 2, filterBytes: 30 };
  expect(refusal(() => parseFilter({ exact: { a: 1, b: 2 } }, limits))).toBe("accepted");
  expect(refusal(() => parseFilter(nest(2), limits))).toContain("deeper than 1");
  expect(refusal(() => parseFilter(terms(3), limits))).toContain("more than 2");
  expect(refusal(() => parseFilter({ exact: { a: "x".repeat(30) } }, limits))).toContain("at most 30");
});

test.each<[unknown, string]>([
  [null, "filter: must be an object"],
  [[], "filter: must be an object"],
  ["exact", "filter: must be an object"],
  [{}, "filter: must have exactly one of exact, prefix, suffix, in, all, any, not"],
  [{ exact: { a: 1 }, prefix: { a: "x" } }, "filter: must have exactly one of"],
  [{ sql: "a = 1" }, 'filter: does not know "sql"; it knows exact, prefix, suffix, in, all, any, not'],
  [{ toString: {} }, 'filter: does not know "toString"'],
  [{ exact: {} }, "filter.exact: must name at least one attribute"],
  [{ exact: [] }, "filter.exact: must be an object"],
  [{ exact: { a: null } }, "filter.exact.a: must be a string, number or boolean"],
  [{ exact: { a: Number.NaN } }, "filter.exact.a: must be a string, number or boolean"],
  [{ exact: { time: "x" } }, 'filter.exact: "time" is neither type, topic, id nor an attribute\'s name'],
  [{ exact: { position: 1 } }, 'filter.exact: "position" is neither'],
  [{ exact: { "a.b": 1 } }, 'filter.exact: "a.b" is neither'],
  [JSON.parse('{"exact":{"__proto__":1}}'), 'filter.exact: "__proto__" is neither'],
  [{ prefix: { a: "" } }, "filter.prefix.a: must be a text that is not empty"],
  [{ suffix: { a: 1 } }, "filter.suffix.a: must be a text that is not empty"],
  [{ in: { a: "x" } }, "filter.in.a: must be an array of at least one value"],
  [{ in: { a: [] } }, "filter.in.a: must be an array of at least one value"],
  [{ in: { a: [["x"]] } }, "filter.in.a: must be a string, number or boolean"],
  // oxlint-disable-next-line no-sparse-arrays -- an array with a hole is the point
  [{ in: { a: [1, , 2] } }, "filter.in.a: must be a string, number or boolean"],
  [{ all: [] }, "filter.all: must be an array of at least one filter"],
  [{ all: { exact: { a: 1 } } }, "filter.all: must be an array of at least one filter"],
  [{ any: [{ exact: { a: 1 } }, { not: { all: [7] } }] }, "filter.any[1].not.all[0]: must be an object"],
])("%o is refused: %s", (filter, message) => {
  expect(refusal(() => parseFilter(filter))).toContain(`invalid_filter ${message}`);
});

test("any value is accepted or refused, never failed at", () => {
  const kind = fc.constantFrom("exact", "prefix", "suffix", "in", "all", "any", "not", "other");
  const nearly = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.anything({ withSparseArray: true, withMap: true, withNullPrototype: true, withBigInt: true }),
      arbitrary.filter,
      fc.dictionary(kind, tie("body"), { maxKeys: 2 }),
    ),
    body: fc.oneof(fc.anything(), fc.array(tie("node")), tie("node"), fc.dictionary(fc.string(), fc.anything())),
  })).node;
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.jsonValue(), nearly), (value) => {
      expect(refusal(() => parseFilter(value))).toMatch(/^accepted$|^invalid_filter filter/);
    }),
    { numRuns: 1_000 },
  );
});
