import { ClientError, createClient, type ConnectionState, type Pause, type SubscriptionStatus } from "@fanfare/client";
import type { FanfareEvent, Filter, Gap, Signal } from "@fanfare/protocol";
import { CliError, EXIT } from "../exit.ts";
import type { Api } from "./api.ts";

export interface FollowOptions {
  readonly api: Api;
  readonly profile?: string | undefined;
  readonly topics: readonly string[];
  readonly filter?: Filter | undefined;
  readonly after: string;
  /** Ends the following, which then resolves. */
  readonly signal: AbortSignal;
  readonly listener: FollowListener;
}

export interface FollowListener {
  /** Continue what came before, whatever happened to the connection. */
  events(events: readonly FanfareEvent[]): void;
  /** Comes before the events that follow it. */
  gap(gap: Gap): void;
  signalled(signal: Signal): void;
  /** What was open is gone, and comes back by itself. */
  lost(reason: string): void;
  /** Everything after this cursor will come; `again` after a loss. */
  opened(cursor: string, again: boolean): void;
}

/** Somebody watches: shorter than a page's. */
const PAUSE: Pause = { firstMs: 100, longestMs: 5_000 };

/**
 * Follows topics over as many connections as it takes, until the signal. Rejects with {@link CliError}: `unreached` when the
 * first connection finds nobody, `failed` for what will not pass.
 */
export async function follow(options: FollowOptions): Promise<void> {
  const { api, profile, topics, filter, after, signal, listener } = options;
  using client = createClient({ url: api.server, token: api.token, profile, pause: PAUSE });
  const subscription = client.subscribe({ topics, filter, after, onSignal: (one) => listener.signalled(one) });
  const stop = (): void => client.close();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const reach = new Reach(after, listener);
  client.state.watch((state) => {
    reach.connection(state);
    const stopped =
      state.state === "stopped" ? new CliError(EXIT.failed, `${state.reason}: ${state.message}`) : undefined;
    if (reach.state === "never" && (stopped !== undefined || state.state === "waiting"))
      void refusal(options).then((error = stopped) => error !== undefined && subscription.fail(error));
    else if (stopped !== undefined) subscription.fail(stopped);
  });
  subscription.status.watch((status) => reach.subscription(status));
  try {
    for await (const update of subscription) {
      if (update.kind === "gap") listener.gap(update.gap);
      if (update.kind === "events") listener.events(update.events);
    }
  } catch (error) {
    throw error instanceof ClientError ? new CliError(EXIT.failed, wordsOf(error)) : error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** What has no status is no answer: the hub ended what was open. */
function wordsOf({ status, code, message }: ClientError): string {
  return status === 0 ? `the subscription was ended: ${code}` : `${code}: ${message}`;
}

/** Tells each loss and each return once, of whatever the client tells on the way. */
class Reach {
  readonly #after: string;
  readonly #listener: FollowListener;
  #state: "never" | "open" | "lost" = "never";
  #broken = 0;

  constructor(after: string, listener: FollowListener) {
    this.#after = after;
    this.#listener = listener;
  }

  get state(): "never" | "open" | "lost" {
    return this.#state;
  }

  connection(state: ConnectionState): void {
    if (state.state === "waiting") this.#lose(state.reason);
    if (state.state === "connecting") this.#lose("");
  }

  subscription({ state, broken, completeUpTo }: SubscriptionStatus): void {
    if (broken > this.#broken) {
      this.#broken = broken;
      return this.#lose("a delivery is missing");
    }
    if (this.#state === "open" || (state !== "live" && state !== "catching-up")) return;
    this.#listener.opened(completeUpTo?.cursor ?? this.#after, this.#state === "lost");
    this.#state = "open";
  }

  #lose(reason: string): void {
    if (this.#state !== "open") return;
    this.#state = "lost";
    this.#listener.lost(reason);
  }
}

/** A WebSocket that does not open tells no reason; the same question over HTTP does. `undefined` when it is answered. */
async function refusal({ api, topics, profile }: FollowOptions): Promise<Error | undefined> {
  const query = new URLSearchParams([["after", "now"], ["limit", "1"], ...topics.map((topic) => ["topic", topic])]);
  if (profile !== undefined) query.set("profile", profile);
  try {
    await api.get("api/v1/events", query);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
