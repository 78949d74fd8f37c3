import type { Limits } from "@fanfare/protocol";
import type { Route } from "../route.ts";
import { ackRoute } from "./consumers.ts";
import { eventsRoute } from "./events.ts";
import { healthRoutes } from "./health.ts";
import { connectionsRoute, topicsRoute } from "./lists.ts";
import { metricsRoute } from "./metrics.ts";
import { publishRoute } from "./publish.ts";
import { signalRoute } from "./signals.ts";
import { revokeRoute } from "./tokens.ts";
import { websocketRoute } from "./websocket.ts";

/** Every route of a hub, in the order of its description. */
export function allRoutes(limits: Limits): readonly Route[] {
  return [
    publishRoute(limits),
    signalRoute(),
    eventsRoute(limits),
    websocketRoute(),
    topicsRoute(limits),
    ackRoute(),
    revokeRoute(),
    connectionsRoute(),
    ...healthRoutes(),
    metricsRoute(),
  ];
}
