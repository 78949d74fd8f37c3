import type { EventReaction } from "fanfare/app";
import type { ThreadEvent } from "../contract/events.ts";
import { FORUM_TOPICS } from "../domain/topic.ts";
import { threadId } from "../domain/text.ts";
import { granted } from "../service/refused.ts";
import { pageOfEntries } from "../store/entries.ts";
import type { ForumTables } from "../store/tables.ts";
import { findThread } from "../store/threads.ts";
import { summaryPath, writeSummary } from "./summary-file.ts";
import { summary } from "./summary.ts";

/** Posts that a summary holds; of a longer thread it tells how many there are. */
const POSTS = 200;

/** Writes answered and closed threads into the folder, as they are when their turn comes: a repetition writes the same again. */
export function docsReaction(folder: string): EventReaction<ForumTables> {
  return {
    topics: [FORUM_TOPICS],
    filter: { exact: { type: "forum.integration.docs_sync.requested" } },
    async handle({ data }, tx) {
      const { thread } = data as unknown as ThreadEvent;
      const stored = await findThread(tx, granted(threadId(thread.id)));
      if (stored === undefined) return;
      const query = { thread: stored.number, only: "posts", order: "oldest", limit: POSTS } as const;
      const { items } = granted(await pageOfEntries(tx, query));
      await writeSummary(summaryPath(folder, stored.thread), summary(stored.thread, items));
    },
  };
}
