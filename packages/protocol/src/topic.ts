import type { Brand } from "./brand.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { FanfareError } from "./problem.ts";

/** The name that events are published under: dot-separated tokens of `[A-Za-z0-9_-]`. */
export type Topic = Brand<string, "Topic">;

/** A topic in which a token may be `*` (one token) and the last may be `>` (one token or more). */
export type Pattern = Brand<string, "Pattern">;

type TopicLimits = Pick<Limits, "topicBytes" | "topicTokens">;

const TOPIC = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const PATTERN = /^(?:>|(?:(?:[A-Za-z0-9_-]+|\*)\.)*(?:[A-Za-z0-9_-]+|\*|>))$/;

/**
 * Checks a topic, called `name` in errors; throws `invalid_topic`.
 *
 * @example parseTopic("forum.T-42")
 */
export function parseTopic(text: unknown, limits: TopicLimits = DEFAULT_LIMITS, name = "topic"): Topic {
  checkText(name, text, limits);
  if (!TOPIC.test(text))
    throw new FanfareError(
      "invalid_topic",
      `${name}: ${quote(text)} is not made of tokens of letters, digits, "_" and "-", joined by dots`,
    );
  return text as Topic;
}

/**
 * Checks a pattern, called `name` in errors; throws `invalid_topic`.
 *
 * @example parsePattern("forum.*.added"); parsePattern("forum.>")
 */
export function parsePattern(text: unknown, limits: TopicLimits = DEFAULT_LIMITS, name = "pattern"): Pattern {
  checkText(name, text, limits);
  if (!PATTERN.test(text))
    throw new FanfareError(
      "invalid_topic",
      `${name}: ${quote(text)} is not a topic with "*" for a token or a final ">"`,
    );
  return text as Pattern;
}

/** True when the pattern is a topic: no `*` and no `>`. */
export function isExact(pattern: Pattern): pattern is Pattern & Topic {
  return !pattern.includes("*") && !pattern.endsWith(">");
}

/** True when the topic is one of those that the pattern stands for. */
export function matches(pattern: Pattern, topic: Topic): boolean {
  if (pattern === ">") return true;
  const wanted = pattern.split(".");
  const given = topic.split(".");
  for (const [index, token] of wanted.entries()) {
    if (token === ">") return given.length > index;
    if (index >= given.length || (token !== "*" && token !== given[index])) return false;
  }
  return wanted.length === given.length;
}

/**
 * True when every topic that `inner` stands for is also one of `outer`. Grants are decided by it, so it knows nothing of
 * the limit of tokens, by which a `>` at the very end of a long pattern could be no more than a `*`.
 */
export function covers(outer: Pattern, inner: Pattern): boolean {
  const wide = outer.split(".");
  const narrow = inner.split(".");
  for (const [index, token] of wide.entries()) {
    const other = narrow[index];
    if (token === ">") return other !== undefined;
    if (other === undefined || other === ">") return false;
    if (token !== "*" && token !== other) return false;
  }
  return wide.length === narrow.length;
}

/** True when some topic is one of both patterns. */
export function overlaps(left: Pattern, right: Pattern): boolean {
  const a = left.split(".");
  const b = right.split(".");
  for (let index = 0; ; index += 1) {
    const x = a[index];
    const y = b[index];
    if (x === undefined || y === undefined) return x === y;
    if (x === ">" || y === ">") return true;
    if (x !== y && x !== "*" && y !== "*") return false;
  }
}

function checkText(field: string, text: unknown, limits: TopicLimits): asserts text is string {
  if (typeof text !== "string") throw new FanfareError("invalid_topic", `${field}: must be a string`);
  // Only ASCII passes the grammar, so the length in characters is the length in bytes of every valid topic.
  if (text.length > limits.topicBytes)
    throw new FanfareError(
      "invalid_topic",
      `${field}: has ${text.length} bytes, at most ${limits.topicBytes} are allowed`,
    );
  let tokens = 1;
  for (const character of text) if (character === ".") tokens += 1;
  if (tokens > limits.topicTokens)
    throw new FanfareError(
      "invalid_topic",
      `${field}: has ${tokens} tokens, at most ${limits.topicTokens} are allowed`,
    );
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
