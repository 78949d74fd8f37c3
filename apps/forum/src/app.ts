import { defineApp, type App, type AppContext, type Reaction } from "fanfare/app";
import { runTopics, threadTopics, viewerTopics } from "./contract/events.ts";
import { forumRoutes } from "./contract/routes.ts";
import { FORUM_TOPICS, RUNS_TOPIC, VIEWERS_TOPIC } from "./domain/topic.ts";
import { docsReaction } from "./reactions/docs.ts";
import { escalationReaction } from "./reactions/escalation.ts";
import { runsReaction } from "./reactions/runs.ts";
import { localForum } from "./service/local-forum.ts";
import { toSettings, type ForumOptions, type ForumSettings } from "./service/options.ts";
import { FORUM_MIGRATIONS } from "./store/migrations.ts";
import type { ForumTables } from "./store/tables.ts";

/** Events that a window which cannot follow is given at most; it reads the rest anew. */
const FRESH = 100;

const topics = [FORUM_TOPICS, VIEWERS_TOPIC, RUNS_TOPIC];

/**
 * The forum, for `apps` of fanfare.config.ts. Throws `RangeError` naming an option that cannot be meant.
 *
 * @example
 * export default defineConfig({ apps: [forum({ docsFolder: "docs/decisions" })] });
 */
export function forum(options: ForumOptions = {}): App<typeof forumRoutes> {
  const settings = toSettings(options);
  return defineApp({
    name: "forum",
    topics: [threadTopics, viewerTopics, runTopics],
    profiles: [
      // Who looks wants what is now; who keeps records wants everything.
      { name: "forum-ui", topics, delivery: { policy: "latest", keep: FRESH } },
      { name: "forum-audit", topics, delivery: { policy: "complete" } },
    ],
    migrations: FORUM_MIGRATIONS,
    routes: forumRoutes,
    service: ({ db, runtime }: AppContext<ForumTables>) => localForum(db, settings, runtime),
    reactions: reactionsOf(settings),
  });
}

function reactionsOf(settings: ForumSettings): Readonly<Record<string, Reaction<ForumTables>>> {
  const { docsFolder } = settings;
  return {
    runs: runsReaction,
    escalation: escalationReaction(settings),
    ...(docsFolder === undefined ? {} : { docs: docsReaction(docsFolder) }),
  };
}
