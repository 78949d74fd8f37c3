import type { Limits } from "@fanfare/protocol";
import { connectionsList } from "../../contract/connections.ts";
import { topicsPage, topicsQuery, type TopicsQuery } from "../../contract/topics.ts";
import { defineRoute, json, type Route } from "../route.ts";

export function topicsRoute(limits: Limits): Route {
  return defineRoute<TopicsQuery>({
    method: "GET",
    path: "/api/v1/topics",
    operation: "listTopics",
    summary: "List topics with counts and bounds",
    description: "Those that the credential may subscribe to, by name; give the last name as `after` for more.",
    access: "guarded",
    query: topicsQuery(limits),
    answers: { 200: { description: "Topics.", schema: topicsPage } },
    problems: ["invalid_topic", "unavailable"],
    async handle({ services: { hub }, query, identity }) {
      const { topic: patterns, after, limit } = query;
      return json({ topics: await hub.topics({ patterns, after, limit }, { as: identity }) });
    },
  });
}

export function connectionsRoute(): Route {
  return defineRoute({
    method: "GET",
    path: "/api/v1/connections",
    operation: "listConnections",
    summary: "List connections with their subscriptions",
    description: "Lag, stalled state and drops of each. Needs a grant of admin.",
    access: "guarded",
    answers: { 200: { description: "Connections of this process.", schema: connectionsList } },
    problems: ["forbidden"],
    handle: ({ services: { hub }, identity }) => json({ connections: hub.connections({ as: identity }) }),
  });
}
