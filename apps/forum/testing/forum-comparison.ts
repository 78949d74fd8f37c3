import { deepEqual, equal } from "node:assert/strict";
import type { Caller } from "fanfare/app";
import type { Written } from "../src/contract/views.ts";
import type { Priority } from "../src/domain/priority.ts";
import type { State } from "../src/domain/state.ts";
import { byPlace, isNews, isWaiting, mayBecome, nameOf, postsOf, type ModelThread } from "./forum-model.ts";
import { by, type Forum } from "./opened-forum.ts";
import { allPages } from "./pages.ts";

export const ACTORS: readonly Caller[] = [
  by("agent", "ada"),
  by("agent", "bob"),
  by("operator", "otto"),
  by("human", "hedy"),
  by("human", "paul"),
];

/** What may be done to a forum; `thread` counts the threads in the order of their opening. */
export type Command = { readonly actor: Caller } & (
  | { readonly do: "open"; readonly ticket: string }
  | { readonly do: "post" | "answer" | "close" | "assign"; readonly thread: number }
  | { readonly do: "state"; readonly thread: number; readonly to: State }
  | { readonly do: "priority"; readonly thread: number; readonly to: Priority }
  | { readonly do: "seen"; readonly thread: number; readonly back: number }
);

/** As values of JSON, in which there is no member that is undefined. */
function same(given: unknown, expected: unknown): void {
  deepEqual(toJson(given), toJson(expected));
}

function toJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** The forum beside what somebody would expect of it. */
export class Comparison {
  readonly #service: Forum;
  readonly #threads: ModelThread[] = [];
  readonly #marks = new Map<string, number>();

  constructor(service: Forum) {
    this.#service = service;
  }

  async run(given: Command): Promise<void> {
    if (given.do === "open") return this.#open(given.ticket, given.actor);
    const model = this.#threads[given.thread];
    if (model === undefined) return;
    if (given.do === "seen") return this.#see(model, given.actor, given.back);
    const outcome = await this.#write(given, model).then(
      (written) => written,
      (error: unknown) => String(error),
    );
    equal(typeof outcome === "string", isRefused(given, model), `${given.do}: ${JSON.stringify(outcome)}`);
    if (typeof outcome !== "string") follow(model, outcome);
  }

  async #open(ticket: string, caller: Caller): Promise<void> {
    const written = await this.#service.openThread({ ticket, title: "?", body: `post${this.#threads.length}` }, caller);
    const { id } = written.thread;
    const asker = nameOf(written.thread.openedBy);
    const model: ModelThread = { id, ticket, asker, entries: [], state: "new", priority: "normal" };
    follow(model, written);
    this.#threads.push(model);
  }

  #write(given: Exclude<Command, { do: "open" | "seen" }>, { id: threadId }: ModelThread): Promise<Written> {
    switch (given.do) {
      case "post":
        return this.#service.addPost({ threadId, body: "more" }, given.actor);
      case "answer":
        return this.#service.answerThread({ threadId, body: "so" }, given.actor);
      case "state":
        return this.#service.changeState({ threadId, state: given.to }, given.actor);
      case "close":
        return this.#service.closeThread({ threadId }, given.actor);
      case "assign":
        return this.#service.assignThread({ threadId, assignee: { type: "human", name: "hedy" } }, given.actor);
      case "priority":
        return this.#service.setPriority({ threadId, priority: given.to }, given.actor);
    }
  }

  async #see(model: ModelThread, caller: Caller, back: number): Promise<void> {
    const last = model.entries.at(-1)?.sequence ?? 0;
    const sequence = Math.max(0, last - back);
    const key = `${nameOf(caller.actor ?? { type: "" })} ${model.id}`;
    const seen = Math.max(this.#marks.get(key) ?? 0, sequence);
    this.#marks.set(key, seen);
    same((await this.#service.markSeen({ threadId: model.id, sequence }, caller)).sequence, seen);
  }

  /** Lists, queues, counts and flags against what they are defined as. */
  async check(): Promise<void> {
    const sorted = this.#threads.toSorted(byPlace);
    const ids = (threads: readonly ModelThread[]): readonly string[] => threads.map(({ id }) => id);
    same(await this.#all((cursor) => this.#service.listThreads({ limit: 2, cursor })), ids(sorted));
    const opened = await this.#all((cursor) => this.#service.listThreads({ limit: 2, cursor, sort: "opened" }));
    same(opened, ids(this.#threads.toReversed()));
    const waiting = await this.#all((cursor) => this.#service.queue({ type: "unanswered", limit: 2, cursor }));
    same(waiting, ids(sorted.filter(isWaiting)));
    for (const caller of ACTORS) {
      const viewer = nameOf(caller.actor ?? { type: "" });
      const news = sorted.filter((one) => isNews(one, viewer, this.#marks.get(`${viewer} ${one.id}`) ?? 0));
      const unseen = await this.#all((cursor) => this.#service.queue({ type: "unseen", limit: 2, cursor }, caller));
      same(unseen, ids(news));
    }
    await this.#count();
    for (const model of this.#threads) {
      const { thread: found } = await this.#service.getThread({ threadId: model.id });
      const { state, priority, posts, unanswered } = found;
      same(
        [state, priority, posts, unanswered],
        [model.state, model.priority, postsOf(model).length, isWaiting(model)],
      );
      const { items } = await this.#service.listEntries({ threadId: model.id });
      same(items, model.entries);
    }
  }

  async #count(): Promise<void> {
    const cells = new Map<string, [number, number]>();
    for (const model of this.#threads) {
      const cell = cells.get(`${model.ticket} ${model.state} ${model.priority}`) ?? [0, 0];
      cells.set(`${model.ticket} ${model.state} ${model.priority}`, [
        cell[0] + 1,
        cell[1] + (isWaiting(model) ? 1 : 0),
      ]);
    }
    const { stats } = await this.#service.getStats({});
    const counted = stats.map(({ ticket, state, priority, threads, unanswered }): [string, [number, number]] => [
      `${ticket} ${state} ${priority}`,
      [threads, unanswered],
    ]);
    const texts = (pairs: Iterable<unknown>) => [...pairs].map((pair) => JSON.stringify(pair)).toSorted();
    deepEqual(texts(counted), texts(cells));
  }

  async #all(read: Parameters<typeof allPages<{ readonly id: string }>>[0]): Promise<readonly string[]> {
    return (await allPages(read)).map(({ id }) => id);
  }
}

/** What the rules say of a command, by the table and by whether the thread is closed. */
function isRefused(given: Command, { state }: ModelThread): boolean {
  if (given.do === "state") return !mayBecome(state, given.to);
  return state === "closed" && given.do !== "close";
}

function follow(model: ModelThread, { thread: view, entries }: Written): void {
  model.entries.push(...entries);
  for (const { change } of entries) {
    if (change.type === "forum.state.changed") model.state = change.to;
    if (change.type === "forum.thread.closed") model.state = "closed";
    if (change.type === "forum.priority.changed") model.priority = change.to;
  }
  same(view.lastSequence, model.entries.at(-1)?.sequence);
}
