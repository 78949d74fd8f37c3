import { formatTime, SUBPROTOCOL, type Hello, type Limits } from "@fanfare/protocol";
import type { Session } from "./session.ts";

/** What a client is told of the hub that it has come to. */
export interface House {
  readonly limits: Limits;
  /** Milliseconds between heartbeats. */
  readonly heartbeatMs: number;
}

/** What is said of the hub and the connection before anything else, over whatever transport. */
export function toHello(
  { id, profile, identity: { expires } }: Pick<Session, "id" | "profile" | "identity">,
  { limits, heartbeatMs }: House,
  now: number,
): Hello {
  return {
    connection: id,
    protocol: SUBPROTOCOL,
    time: formatTime(now),
    heartbeat: heartbeatMs,
    profile,
    limits: { ...limits },
    ...(expires === undefined ? {} : { expires: formatTime(expires) }),
  };
}
