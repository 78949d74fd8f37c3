import type { Occurrence } from "./runtime.ts";

/** Why a client has given up until it is told to try again. */
export type StopReason =
  /** `close` was called. */
  | "closed"
  /** The credential is missing, has ended or was revoked, and there is no other one. */
  | "unauthenticated"
  /** The credential does not allow this connection. */
  | "forbidden"
  /** What client and hub say to each other does not fit: trying again would end the same way. */
  | "protocol";

/** Where a client's connection is. */
export type ConnectionState =
  /** Nothing is wanted: no subscription, nothing to publish. */
  | { readonly state: "idle" }
  /** `attempt` counts from 1. */
  | { readonly state: "connecting"; readonly attempt: number }
  /** Connected; at least one subscription still receives what it missed. */
  | { readonly state: "catching-up" }
  /** Connected, and every subscription has what there is. */
  | { readonly state: "live" }
  /** Lost; the next try is at `until`, in milliseconds since 1970. */
  | { readonly state: "waiting"; readonly attempt: number; readonly until: number; readonly reason: string }
  /** The machine has no network, or the page is put aside; the next try is when that is over. */
  | { readonly state: "offline" }
  | { readonly state: "stopped"; readonly reason: StopReason; readonly message: string };

/** Where a connection goes when its link has ended. */
export type Fall = Extract<ConnectionState, { readonly state: "connecting" | "waiting" | "offline" | "stopped" }>;

export type Happening =
  /** Something needs the hub; nothing does any more; never again. */
  | "wanted"
  | "unwanted"
  | "closed"
  /** A link is open; some subscription is behind; none is. */
  | "opened"
  | "behind"
  | "caught-up"
  /** The pause is over. */
  | "due"
  | Occurrence
  /** The link has ended. */
  | Fall;

const FIRST: ConnectionState = { state: "connecting", attempt: 1 };
export const OFFLINE: Fall = { state: "offline" };

/** The whole machine: where a connection is after something happened. What means nothing in a state changes nothing. */
export function next(now: ConnectionState, happening: Happening): ConnectionState {
  const { state } = now;
  const open = isOpen(now);
  const done = state === "idle" || state === "stopped";
  const resting = state === "waiting" || state === "offline";
  switch (happening) {
    case "closed":
      return { state: "stopped", reason: happening, message: happening };
    case "wanted":
      return done ? FIRST : now;
    case "unwanted":
      return state === "stopped" ? now : { state: "idle" };
    case "opened":
      return state === "connecting" ? { state: "catching-up" } : now;
    case "behind":
      return state === "live" ? { state: "catching-up" } : now;
    case "caught-up":
      return state === "catching-up" ? { state: "live" } : now;
    case "due":
      return state === "waiting" ? { state: "connecting", attempt: now.attempt } : resting ? FIRST : now;
    case "awake":
    case "online":
      return resting ? FIRST : now;
    case "offline":
      return state === "waiting" ? OFFLINE : now;
    case "asleep":
      return done ? now : OFFLINE;
    default:
      return open || state === "connecting" ? happening : now;
  }
}

export function isOpen({ state }: ConnectionState): boolean {
  return state === "live" || state === "catching-up";
}
