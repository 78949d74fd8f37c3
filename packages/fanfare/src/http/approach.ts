import type { IncomingMessage } from "node:http";
import type { Approach } from "../core/ports/gate.ts";

/** A web request as the gate sees it. */
export function requestApproach(request: Request, queryToken?: string): Approach {
  return {
    method: request.method,
    upgrade: false,
    queryToken,
    header: (name) => request.headers.get(name) ?? undefined,
  };
}

/** A Node request for a WebSocket as the gate sees it. */
export function upgradeApproach({ method = "GET", headers }: IncomingMessage, queryToken?: string): Approach {
  return {
    method,
    upgrade: true,
    queryToken,
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
  };
}
