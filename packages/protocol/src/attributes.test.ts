import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as arbitrary from "../testing/arbitraries.ts";
import { refusal } from "../testing/refusal.ts";
import { attributeText, isAttributeName, parseAttributes } from "./attributes.ts";

describe("attributes", () => {
  test("of strings, numbers and booleans are taken as they are", () => {
    fc.assert(
      fc.property(arbitrary.attributes, (attributes) => {
        expect(parseAttributes(attributes)).toEqual({ ...attributes });
      }),
    );
  });

  test("have names of letters, digits and underscores that mean nothing else", () => {
    expect(
      ["a", "_", "T42", "customer_id", "constructor", "x".repeat(64)].filter((name) => !isAttributeName(name)),
    ).toEqual([]);
    const refused = [
      "",
      "1a",
      "a-b",
      "a.b",
      "é",
      "a\n",
      "x".repeat(65),
      "type",
      "topic",
      "id",
      "time",
      "position",
      "__proto__",
    ];
    expect(refused.filter(isAttributeName)).toEqual([]);
    for (const name of refused) {
      // Only this spelling makes `__proto__` an own member, as JSON.parse does.
      const attributes: unknown = JSON.parse(`{${JSON.stringify(name)}:1}`);
      expect(refusal(() => parseAttributes(attributes))).toBe(
        `invalid_event attributes: ${JSON.stringify(name)} is not a free name of letters, digits and "_"`,
      );
    }
  });

  test.each([null, undefined, [], [1], {}, new Date(0), Number.NaN, Number.POSITIVE_INFINITY, 1n])(
    "with the value %s are refused, naming the attribute",
    (value) => {
      expect(refusal(() => parseAttributes({ a: value }))).toBe(
        "invalid_event attributes.a: must be a string, number or boolean",
      );
    },
  );

  test.each([null, undefined, [], "a", 1])("that are %j are refused", (value) => {
    expect(refusal(() => parseAttributes(value))).toBe("invalid_event attributes: must be an object");
  });

  test("are at most 32, each of at most 1024 bytes in UTF-8", () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, 1]));
    expect(refusal(() => parseAttributes(many(32)))).toBe("accepted");
    expect(refusal(() => parseAttributes(many(33)))).toBe("invalid_event attributes: has 33, at most 32 are allowed");
    expect(refusal(() => parseAttributes({ a: "é".repeat(512) }))).toBe("accepted");
    expect(refusal(() => parseAttributes({ a: "é".repeat(513) }))).toBe(
      "invalid_event attributes.a: has 1026 bytes, at most 1024 are allowed",
    );
    expect(refusal(() => parseAttributes({ a: 12_345 }, { attributes: 1, attributeBytes: 4 }))).toContain(
      "has 5 bytes, at most 4",
    );
  });

  test("of any shape are accepted or refused, never failed at", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.anything())), (value) => {
        expect(refusal(() => parseAttributes(value))).toMatch(/^accepted$|^invalid_event attributes/);
      }),
    );
  });

  test("compare by their text form", () => {
    expect([1, "1", true, "true", -0, 1.5, 1e21].map(attributeText)).toEqual([
      "1",
      "1",
      "true",
      "true",
      "0",
      "1.5",
      "1e+21",
    ]);
  });
});
