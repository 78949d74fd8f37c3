import { FanfareError, parsePattern } from "@fanfare/protocol";
import { mayTouch, type PrivatePatterns } from "./authority.ts";
import type { TopicsParams } from "./hub.ts";
import type { Identity } from "./identity.ts";
import type { Log, TopicStats } from "./ports/log.ts";

/** Topics of one answer when `limit` is not given, and at most. */
const LIMIT = { usual: 1_000, most: 10_000 };

/** The topics that an identity may subscribe to. */
export async function listTopics(
  log: Log,
  params: TopicsParams,
  identity: Identity,
  privates: PrivatePatterns,
): Promise<readonly TopicStats[]> {
  const { patterns = [">"], after, limit = LIMIT.usual } = params;
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT.most)
    throw new FanfareError("invalid_request", `limit: must be a whole number from 1 to ${LIMIT.most}`);
  const parsed = patterns.map((pattern) => parsePattern(pattern));
  const visible: TopicStats[] = [];
  for (let from = after; ;) {
    const page = await log.topics({ patterns: parsed, limit, ...(from === undefined ? {} : { after: from }) });
    visible.push(...page.filter(({ topic }) => mayTouch(identity, "subscribe", topic, privates)));
    from = page.at(-1)?.topic;
    if (page.length < limit || visible.length >= limit) return visible.slice(0, limit);
  }
}
