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

/** What to do after a link has ended. */
export type Verdict =
  | { readonly kind: "again" }
  | { readonly kind: "wait"; readonly until: number; readonly reason: string }
  | { readonly kind: "stop"; readonly reason: StopReason; readonly message: string };

export type Happening =
  | { readonly kind: "wanted" | "unwanted" | "opened" | "caught-up" | "behind" | "due" | "awake" | "asleep" }
  | { readonly kind: "network"; readonly online: boolean }
  | { readonly kind: "lost"; readonly verdict: Verdict; readonly attempt: number; readonly online: boolean }
  | { readonly kind: "close" };

const IDLE: ConnectionState = { state: "idle" };
const FIRST: ConnectionState = { state: "connecting", attempt: 1 };
const LIVE: ConnectionState = { state: "live" };
const CATCHING_UP: ConnectionState = { state: "catching-up" };
const OFFLINE: ConnectionState = { state: "offline" };
const CLOSED: ConnectionState = { state: "stopped", reason: "closed", message: "close was called" };

/** The whole machine: where a connection is after something happened. What happens in a state that it means nothing to changes nothing. */
export function next(now: ConnectionState, happening: Happening): ConnectionState {
  switch (happening.kind) {
    case "close":
      return CLOSED;
    case "wanted":
      return now.state === "idle" || now.state === "stopped" ? FIRST : now;
    case "unwanted":
      return now.state === "stopped" ? now : IDLE;
    case "opened":
    case "behind":
      return now.state === "connecting" || isOpen(now) ? CATCHING_UP : now;
    case "caught-up":
      return isOpen(now) ? LIVE : now;
    case "due":
      if (now.state === "waiting") return { state: "connecting", attempt: now.attempt };
      return now.state === "offline" ? FIRST : now;
    case "asleep":
      return now.state === "idle" || now.state === "stopped" ? now : OFFLINE;
    case "awake":
      return now.state === "waiting" || now.state === "offline" ? FIRST : now;
    case "network":
      if (happening.online) return now.state === "waiting" || now.state === "offline" ? FIRST : now;
      return now.state === "waiting" ? OFFLINE : now;
    case "lost":
      return now.state === "connecting" || isOpen(now) ? after(happening) : now;
  }
}

export function isOpen({ state }: ConnectionState): boolean {
  return state === "live" || state === "catching-up";
}

function after({ verdict, attempt, online }: Extract<Happening, { kind: "lost" }>): ConnectionState {
  switch (verdict.kind) {
    case "stop":
      return { state: "stopped", reason: verdict.reason, message: verdict.message };
    case "again":
      return { state: "connecting", attempt };
    case "wait":
      return online ? { state: "waiting", attempt, until: verdict.until, reason: verdict.reason } : OFFLINE;
  }
}
