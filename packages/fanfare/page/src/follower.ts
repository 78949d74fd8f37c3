import {
  ClientError,
  createCoreClient,
  eventStream,
  firstOf,
  webSocket,
  type ConnectionState,
  type CoreClient,
  type SubscriptionStatus,
  type Update,
} from "@fanfare/client";
import type { Selection } from "./selection.ts";
import { readToken } from "./token.ts";

export type FollowerState =
  | { readonly kind: "paused" }
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** The connection is gone, and the next try is under way by itself. */
  | { readonly kind: "lost" }
  /** Trying again would not help. */
  | { readonly kind: "refused"; readonly message: string; readonly wantsToken: boolean };

export interface FollowerListener {
  /** The connection was lost, and reading goes on after `cursor`. */
  resumed(cursor: string): void;
  /** Continues what came before, whatever happened to the connection. */
  told(update: Update): void;
  changed(state: FollowerState): void;
}

/** Follows one selection after the other, each with a client of its own, which a pause lets go of. */
export class Follower {
  readonly #listener: FollowerListener;
  #selection: Selection | undefined;
  #client: CoreClient | undefined;
  /** Where a pause left it. */
  #place: SubscriptionStatus["completeUpTo"];
  #state: FollowerState["kind"] = "paused";

  constructor(listener: FollowerListener) {
    this.#listener = listener;
  }

  /** Follows another selection, from where it says. */
  follow(selection: Selection): void {
    this.#selection = selection;
    this.#place = undefined;
    this.resume();
  }

  /** Lets the connection go; all that remains is the cursor. */
  pause(): void {
    this.#change({ kind: "paused" });
    this.#leave();
  }

  /** Goes on after the cursor. */
  resume(): void {
    this.#leave();
    if (this.#selection === undefined) return;
    const { topics, filter, from } = this.#selection;
    const { cursor = from, scope } = this.#place ?? {};
    this.#change({ kind: "connecting" });
    const transport = firstOf([webSocket(), eventStream()]);
    // Below a proxy's prefix too.
    const client = createCoreClient({ url: new URL("./", location.href), token: readToken(), transport });
    this.#client = client;
    const mine = (): boolean => this.#client === client;
    const subscription = client.subscribe({ topics, filter, after: cursor, scope }, (update) =>
      this.#listener.told(update),
    );
    client.state.watch((state) => mine() && this.#connection(state));
    subscription.status.watch((status) => mine() && this.#subscription(status));
    void subscription.done.then((error) => mine() && error !== undefined && this.#refuse(wordsOf(error), false));
  }

  #connection(state: ConnectionState): void {
    if (state.state === "waiting" || state.state === "offline") this.#change({ kind: "lost" });
    else if (state.state === "stopped") this.#refuse(state.message, state.reason === "unauthenticated");
  }

  #subscription({ state, completeUpTo }: SubscriptionStatus): void {
    this.#place = completeUpTo ?? this.#place;
    if (state === "waiting" && this.#state === "live") return this.#change({ kind: "lost" });
    if ((state !== "live" && state !== "catching-up") || this.#state === "live") return;
    const lost = this.#state === "lost";
    this.#change({ kind: "live" });
    if (lost && this.#place !== undefined) this.#listener.resumed(this.#place.cursor);
  }

  #refuse(message: string, wantsToken: boolean): void {
    this.#change({ kind: "refused", message, wantsToken });
    this.#leave();
  }

  #change(state: FollowerState): void {
    this.#state = state.kind;
    this.#listener.changed(state);
  }

  #leave(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.close();
  }
}

/** What has no status is no answer: the server ended what was open. */
function wordsOf(error: Error): string {
  const ended = error instanceof ClientError && error.status === 0;
  return ended ? `the server ended the subscription: ${error.code}` : error.message;
}
