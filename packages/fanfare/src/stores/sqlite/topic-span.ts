import { isExact, type Pattern } from "@fanfare/protocol";

/** Names from `from` on and before `to`. */
export interface TopicSpan {
  readonly from: string;
  readonly to: string;
}

/** Sorts after every character of a topic. */
const BEYOND = "~";

/** The names between which all topics of the pattern lie: they begin as it does before its first `*` or `>`. */
export function spanOf(pattern: Pattern): TopicSpan {
  const from = isExact(pattern) ? pattern : pattern.slice(0, pattern.search(/[*>]/));
  return { from, to: `${from}${BEYOND}` };
}

/** The names between which all topics of all patterns lie. */
export function spanOfAll(patterns: readonly Pattern[]): TopicSpan {
  const spans = patterns.map(spanOf);
  const [from = BEYOND] = spans.map((span) => span.from).toSorted();
  const to = spans.map((span) => span.to).toSorted();
  return { from, to: to.at(-1) ?? "" };
}
