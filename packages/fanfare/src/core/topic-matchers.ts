import { isExact, matches, type Pattern, type Predicate, type Topic } from "@fanfare/protocol";

/** Pattern lists that are remembered. */
const MAX_MATCHERS = 10_000;

/**
 * Decides for an event whether its topic is one of the patterns. A hundred thousand subscriptions to the same topics
 * share one matcher, which is then in the cache when an event comes.
 */
export class TopicMatchers {
  readonly #known = new Map<string, Predicate>();

  of(patterns: readonly Pattern[]): Predicate {
    const key = patterns.join(" ");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_MATCHERS) this.#known.clear();
    const matcher = compile(patterns);
    this.#known.set(key, matcher);
    return matcher;
  }
}

/** Without splitting the topic where that can be avoided. */
function compile(patterns: readonly Pattern[]): Predicate {
  if (patterns.some((pattern) => pattern === ">")) return () => true;
  const exact = new Set<string>(patterns.filter(isExact));
  const prefixes = patterns.filter(isPrefix).map((pattern) => pattern.slice(0, -1));
  const others = patterns.filter((pattern) => !isExact(pattern) && !isPrefix(pattern));
  return ({ topic }) =>
    exact.has(topic) ||
    prefixes.some((prefix) => topic.startsWith(prefix)) ||
    others.some((pattern) => matches(pattern, topic as Topic));
}

function isPrefix(pattern: Pattern): boolean {
  return pattern.endsWith(".>") && !pattern.includes("*");
}
