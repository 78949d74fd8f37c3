import type { NotificationFrame } from "@fanfare/protocol";
import type { Pause } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import type { Observable } from "./observed.ts";
import type { Runtime } from "./runtime.ts";
import type { SubscriptionStatus } from "./subscription-status.ts";

/** A subscription as its client sees it. */
export interface Feed {
  readonly status: Observable<SubscriptionStatus>;
  /** There is a connection, on which nothing of it is open. */
  connected(): void;
  disconnected(): void;
  /** The hub says something of it. */
  notified(frame: NotificationFrame): void;
  /** Looks whether the hub has been silent for as long as this. */
  check(staleMs: number): void;
  close(): void;
}

/** What a subscription needs of its client. */
export interface Host {
  readonly runtime: Runtime;
  readonly pause: Pause;
  readonly connection: Pick<Connection, "open" | "request" | "hello">;
  /** Answers a new name, notifications for which are the feed's from now on. */
  register(feed: Feed): string;
  forget(name: string): void;
  /** The feed's state is another one. */
  changed(feed: Feed): void;
  /** An error that nobody waits for. */
  report(error: unknown): void;
}
