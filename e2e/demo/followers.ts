import { setTimeout as wait } from "node:timers/promises";
import type { Published } from "./publishing.ts";
import { readLongPoll, readSse, readWebSocket, type Reader, type Reading } from "./readers.ts";
import { faultOf, type Seen } from "./verdict.ts";
import type { WebhookRow } from "./webhooks.ts";

/** Who follows: over what, what it should get, and how it asks for that. */
type Follower = {
  readonly name: string;
  readonly about: string;
  readonly wants: (row: WebhookRow) => boolean;
  readonly start: (reading: Reading) => Reader;
};

const ACTIONS = ["created", "opened", "published"];
const TOPICS = ["github.issues", "github.pull_request", "github.release"];

export const followers: readonly Follower[] = [
  {
    name: "WebSocket",
    about: `github.> where action is ${ACTIONS.join(", ")}`,
    wants: ({ attributes }) => ACTIONS.includes(attributes["action"] ?? ""),
    start: (reading) => readWebSocket(reading, ["github.>"], { in: { action: ACTIONS } }),
  },
  {
    name: "SSE",
    about: "github.>",
    wants: () => true,
    start: (reading) => readSse(reading, ["github.>"]),
  },
  {
    name: "long-poll",
    about: TOPICS.join(", "),
    wants: ({ topic }) => TOPICS.includes(topic),
    start: (reading) => readLongPoll(reading, TOPICS),
  },
];

type Verdict = { readonly ok: boolean; readonly words: string };

/** A reader at work; its verdict waits until it has read as far as the last published event. */
type Following = {
  readonly open: Promise<void>;
  verdict(published: readonly Published[]): Promise<Verdict>;
};

const PATIENCE_MS = 60_000;

export function follow(follower: Follower, where: Pick<Reading, "server" | "headers" | "signal">): Following {
  const got: Seen[] = [];
  let through = 0;
  let last = Number.POSITIVE_INFINITY;
  const enough = Promise.withResolvers<void>();
  const check = (): void => {
    if (through >= last) enough.resolve();
  };
  const { open, finished } = follower.start({
    ...where,
    took: (events) => got.push(...events),
    reached(position) {
      through = position;
      check();
    },
  });
  finished.catch(enough.reject);
  enough.promise.catch(() => undefined);
  return {
    open,
    async verdict(published) {
      last = Math.max(...published.map(({ position }) => position));
      check();
      const late = wait(PATIENCE_MS, "is still waiting for the end", { ref: false, signal: where.signal });
      const expected = published.filter(({ row }) => follower.wants(row));
      const ours = new Set(published.map(({ id }) => id));
      const stuck = await Promise.race([enough.promise, late]).catch((error: unknown) => String(error));
      // Others may publish to the same daemon; what is theirs is not counted.
      const mine = got.filter(({ id }) => ours.has(id));
      const fault = stuck ?? faultOf(expected, mine);
      const words = fault ?? `${mine.length} of ${expected.length} events, in order`;
      return { ok: fault === undefined, words: `${follower.name.padEnd(10)} ${words} (${follower.about})` };
    },
  };
}
