import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refusal } from "../testing/refusal.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { covers, isExact, matches, overlaps, parsePattern, parseTopic, type Pattern, type Topic } from "./topic.ts";

describe("a topic", () => {
  test.each(["a", "forum.T-42", "A_b-9.0", "-._.x", Array.from({ length: 16 }, () => "t").join("."), "x".repeat(256)])(
    "%s is accepted as it is",
    (text) => {
      expect(parseTopic(text)).toBe(text);
    },
  );

  test.each(["", ".", "a.", ".a", "a..b", "a b", "é", "a.*", ">", "a.>", "a\n", "\na", "a/b", "a\0"])(
    "%j is refused with the reason",
    (text) => {
      expect(refusal(() => parseTopic(text))).toContain("invalid_topic topic: ");
    },
  );

  test("is refused beyond its limits, which the message names", () => {
    expect(refusal(() => parseTopic("x".repeat(257)))).toBe(
      "invalid_topic topic: has 257 bytes, at most 256 are allowed",
    );
    expect(refusal(() => parseTopic(Array.from({ length: 17 }, () => "t").join(".")))).toBe(
      "invalid_topic topic: has 17 tokens, at most 16 are allowed",
    );
    expect(refusal(() => parseTopic("a.b.c", { topicBytes: 256, topicTokens: 2 }))).toContain("at most 2");
    expect(refusal(() => parsePattern("*.".repeat(10_000)))).toContain("at most 256");
  });

  test("refuses a text of any size and kind without failing", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.string({ unit: "binary" }), fc.stringMatching(/^[ab.*>\n]*$/)),
        (value) => {
          refusal(() => parseTopic(value));
          refusal(() => parsePattern(value));
        },
      ),
    );
  });
});

describe("a pattern", () => {
  test.each(["a", ">", "*", "a.>", "*.>", "*.b.*", "a.*.c"])("%s is accepted as it is", (text) => {
    expect(parsePattern(text)).toBe(text);
  });

  test.each(["", "a.", ">.a", "a.>.b", ">>", "**", "a*", "*a", "a>", "a..>", "a.>\n"])(
    "%j is refused with the reason",
    (text) => {
      expect(refusal(() => parsePattern(text))).toContain("invalid_topic pattern: ");
    },
  );

  test("is exact when it stands for one topic only", () => {
    expect(["a", "a.b", "*", "a.*", ">", "a.>"].filter((text) => isExact(parsePattern(text)))).toEqual(["a", "a.b"]);
  });
});

/** All sequences of up to `longest` tokens. */
const sequences = (tokens: readonly string[], longest: number): string[][] => {
  const byLength: string[][][] = [[[]]];
  for (let length = 1; length <= longest; length += 1) {
    byLength.push((byLength[length - 1] ?? []).flatMap((head) => tokens.map((token) => [...head, token])));
  }
  return byLength.flat().filter((sequence) => sequence.length > 0);
};

/** The same meaning by another road: a regular expression. */
const model = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split(".")
      .map((token) => ({ "*": "[^.]+", ">": String.raw`[^.]+(?:\.[^.]+)*` })[token] ?? token)
      .join(String.raw`\.`)}$`,
  );

// Patterns have at most 3 tokens of {a, b, *, >}. Topics of 4 tokens and a letter that no pattern names are enough to
// tell any two of them apart: the longest thing a pattern can ask is "3 tokens or more".
const patterns: Pattern[] = sequences(["a", "b", "*", ">"], 3)
  .filter((tokens) => !tokens.slice(0, -1).includes(">"))
  .map((tokens) => parsePattern(tokens.join(".")));
const topics: Topic[] = sequences(["a", "b", "c"], 4).map((tokens) => parseTopic(tokens.join(".")));
const meaning = new Map(
  patterns.map((pattern) => [pattern, new Set(topics.filter((topic) => model(pattern).test(topic)))]),
);
const pairs = patterns.flatMap((left) => patterns.map((right) => [left, right] as const));
const meaningOf = (pattern: Pattern): Set<Topic> => meaning.get(pattern) ?? new Set();
const isSubset = (left: Set<Topic>, right: Set<Topic>): boolean => [...left].every((topic) => right.has(topic));
const haveCommon = (left: Set<Topic>, right: Set<Topic>): boolean => [...left].some((topic) => right.has(topic));

describe("over all small patterns and topics", () => {
  test("a pattern matches what its regular expression matches", () => {
    const wrong = patterns.flatMap((pattern) =>
      topics
        .filter((topic) => matches(pattern, topic) !== meaningOf(pattern).has(topic))
        .map((topic) => [pattern, topic]),
    );
    expect(wrong).toEqual([]);
  });

  test("a pattern covers another exactly when it matches all that the other matches", () => {
    const wrong = pairs.filter(
      ([outer, inner]) => covers(outer, inner) !== isSubset(meaningOf(inner), meaningOf(outer)),
    );
    expect(wrong).toEqual([]);
  });

  test("two patterns overlap exactly when some topic is matched by both", () => {
    const wrong = pairs.filter(
      ([left, right]) => overlaps(left, right) !== haveCommon(meaningOf(left), meaningOf(right)),
    );
    expect(wrong).toEqual([]);
  });
});

test("a topic or pattern that is none is reported under the name that it came by", () => {
  expect(refusal(() => parseTopic("a..b", DEFAULT_LIMITS, "after"))).toMatch(/^invalid_topic after: /);
  expect(refusal(() => parsePattern("a..b", DEFAULT_LIMITS, "topics[1]"))).toMatch(/^invalid_topic topics\[1\]: /);
});
