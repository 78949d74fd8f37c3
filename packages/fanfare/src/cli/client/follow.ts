import { setTimeout as wait } from "node:timers/promises";
import type { Delivery, Signal, SubscribeParams } from "@fanfare/protocol";
import { CliError, EXIT } from "../exit.ts";
import { isPassing, type Api } from "./api.ts";
import { runLine, type LineEnd } from "./line.ts";

export interface FollowOptions {
  readonly api: Api;
  readonly profile?: string | undefined;
  readonly params: Omit<SubscribeParams, "subscription" | "scope">;
  /** Ends the following, which then resolves. */
  readonly signal: AbortSignal;
  readonly listener: FollowListener;
}

export interface FollowListener {
  /** Continues what came before, whatever happened to the connection. */
  delivered(delivery: Delivery): void;
  signalled(signal: Signal): void;
  /** The connection is gone, and comes back by itself. */
  lost(reason: string): void;
  /** Everything after this cursor will come; `again` after a loss. */
  opened(cursor: string, again: boolean): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Follows topics over as many connections as it takes, each going on at the last one's cursor, until the signal.
 * Throws {@link CliError}: `unreached` when the first connection finds nobody, `failed` for what will not pass.
 */
export async function follow({ api, profile, params, signal, listener }: FollowOptions): Promise<void> {
  let at: { readonly cursor: string; readonly scope: string } | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const end = await runLine({
      api,
      profile,
      params: at === undefined ? params : { ...params, after: at.cursor, scope: at.scope },
      signal,
      listener: {
        subscribed({ cursor, scope }) {
          const again = at !== undefined;
          at = { cursor, scope };
          listener.opened(cursor, again);
          failures = 0;
        },
        delivered(delivery) {
          if (at === undefined || (delivery.prev !== at.cursor && delivery.gap?.reason !== "reset")) return false;
          at = { cursor: delivery.cursor, scope: at.scope };
          listener.delivered(delivery);
          return true;
        },
        signalled: (one) => listener.signalled(one),
      },
    });
    if (signal.aborted) return;
    const reason = await lossOf(end, { api, first: at === undefined, topics: params.topics, profile });
    if (failures === 0) listener.lost(reason);
    const pause = "afterMs" in end ? end.afterMs : undefined;
    await wait(pause ?? backoff(failures), undefined, { signal }).catch(() => undefined);
    failures += 1;
  }
}

/** Why to try again, or the error that says why not. */
async function lossOf(end: LineEnd, { first, ...asked }: Asked & { readonly first: boolean }): Promise<string> {
  switch (end.kind) {
    case "lost": {
      return end.reason;
    }
    case "refused": {
      throw new CliError(EXIT.failed, end.reason);
    }
    case "unopened": {
      const error = await refusal(asked);
      if (first || !isPassing(error)) throw error;
      return error.message;
    }
  }
}

/** What a refused WebSocket was asked for. */
interface Asked {
  readonly api: Api;
  readonly topics: readonly string[];
  readonly profile: string | undefined;
}

/** A WebSocket that does not open tells no reason; the same question over HTTP does. */
async function refusal({ api, topics, profile }: Asked): Promise<unknown> {
  const query = new URLSearchParams([["after", "now"], ["limit", "1"], ...topics.map((topic) => ["topic", topic])]);
  if (profile !== undefined) query.set("profile", profile);
  try {
    await api.get("api/v1/events", query);
  } catch (error) {
    return error;
  }
  return new CliError(EXIT.failed, "the server takes no WebSocket here");
}

/** Grows by doubling, with chance in it, so that many readers of a daemon that comes back do not come at once. */
function backoff(failures: number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
  return longest / 2 + Math.random() * (longest / 2);
}
