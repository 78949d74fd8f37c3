import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonDepth, utf8Bytes, type Json } from "./json.ts";

const depthOf = (value: Json): number => {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map((inner) => depthOf(inner)));
};

// Brackets, quotes and backslashes inside texts and keys are what a reader of depth could stumble over.
const awkward = fc.string({ unit: fc.constantFrom(...'[]{}"\\,:a\n') });
const tree = fc.letrec<{ node: Json }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 6, depthSize: "medium" },
    fc.oneof(fc.constantFrom<Json>(null, true, 1, -0.5), awkward),
    fc.array(tie("node"), { maxLength: 3 }),
    fc.dictionary(awkward, tie("node"), { maxKeys: 3 }),
  ),
})).node;

test("the depth of a text is the depth of the value it stands for, however it is indented", () => {
  fc.assert(
    fc.property(tree, fc.nat(3), (value, indent) => {
      expect(jsonDepth(JSON.stringify(value, null, indent))).toBe(depthOf(value));
    }),
    { numRuns: 500 },
  );
});

test("a scalar has depth 0, an empty array 1, and siblings do not add up", () => {
  expect(["1", '"[["', "[]", "[[],[]]", '{"a":[{}]}', '["\\"[",[]]'].map(jsonDepth)).toEqual([0, 0, 1, 2, 3, 2]);
});

test("the depth of a huge text is found without recursion", () => {
  expect(jsonDepth("[".repeat(1_000_000))).toBe(1_000_000);
});

test("the bytes of a text are those that it has in UTF-8, lone surrogates included", () => {
  const unit = fc.oneof(
    fc.constantFrom(
      "a",
      "\u007f",
      "\u0080",
      "\u07ff",
      "\u0800",
      "\ud7ff",
      "\ud800",
      "\udbff",
      "\udc00",
      "\udfff",
      "\ue000",
      "\uffff",
      "😀",
    ),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
      expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
    }),
    { numRuns: 2_000 },
  );
});
