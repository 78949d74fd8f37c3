import { matches, parsePattern, type Pattern, type Topic } from "@fanfare/protocol";

/** Answers whether any of the patterns matches, remembering each topic's answer: a page names few topics many times. */
export function topicMatcher(patterns: readonly Pattern[]): (topic: Topic) => boolean {
  if (patterns.includes(EVERYTHING)) return () => true;
  const known = new Map<Topic, boolean>();
  return (topic) => {
    let answer = known.get(topic);
    if (answer === undefined) {
      answer = patterns.some((pattern) => matches(pattern, topic));
      known.set(topic, answer);
    }
    return answer;
  };
}

const EVERYTHING = parsePattern(">");
