export { forum } from "./app.ts";
export { BrokerEvents } from "./compatibility/broker-events.ts";
export { ForumEventBroker, type BrokerEvent, type BrokerOptions } from "./compatibility/forum-event-broker.ts";
export { threadTopics, runTopics, viewerTopics, type ThreadEvent } from "./contract/events.ts";
export { forumRoutes } from "./contract/routes.ts";
export { DEFAULT_FORUM_LIMITS, type ForumLimits } from "./domain/limits.ts";
export { decodeToken, encodeToken } from "./domain/topic.ts";
export type { ForumOptions } from "./service/options.ts";
