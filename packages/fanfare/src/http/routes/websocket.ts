import { FanfareError, SUBPROTOCOL } from "@fanfare/protocol";
import { connectionQuery, type ConnectionQuery } from "../../contract/connection-query.ts";
import { defineRoute, type Route } from "../route.ts";

/** The upgrade itself never comes here: Node hands it out before any routing. This answers whoever forgot to ask for it. */
export function websocketRoute(): Route {
  return defineRoute<ConnectionQuery>({
    method: "GET",
    path: "/api/v1/ws",
    operation: "openWebSocket",
    summary: "Open a WebSocket",
    description: `JSON-RPC 2.0 in text frames, subprotocol \`${SUBPROTOCOL}\`. Refused upgrades are answered like any other request.`,
    access: "guarded",
    query: connectionQuery,
    queryToken: true,
    answers: { 101: { description: "The WebSocket begins." } },
    problems: ["profile_unknown", "forbidden", "limit_exceeded", "overloaded", "draining"],
    handle: () => {
      throw new FanfareError("invalid_request", "Upgrade: this address speaks WebSocket only");
    },
  });
}
