import type { Caller } from "fanfare/app";
import { Dice } from "../random.ts";
import { by, type Forum } from "../opened-forum.ts";
import { measure, type Figures } from "./figures.ts";
import { word, type Size } from "./seed.ts";

/** Has seen every thread: all of the queue must be looked at to find nothing. */
const SEEN: Caller = by("operator", "operator-0");
/** Has seen nothing. */
const NEW: Caller = by("human", "newcomer");

/** What people ask of a forum, each so many times, and then posts. */
export async function ask(service: Forum, size: Size, times: number): Promise<readonly Figures[]> {
  const dice = new Dice(2);
  const ticket = () => `T-${dice.below(size.tickets)}`;
  const threadId = () => `thread-${1 + dice.below(size.threads)}`;
  const operator = () => `operator-${dice.below(12)}`;
  const middle = await deepCursor(service, size);
  const rare = () => word(2_000 + dice.below(18_000));
  const reads: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["list: first page", () => service.listThreads({}, SEEN)],
    ["list: a page from the middle", () => service.listThreads({ cursor: middle }, SEEN)],
    ["list: by opening", () => service.listThreads({ sort: "opened" }, SEEN)],
    ["list: of a ticket", () => service.listThreads({ ticket: ticket() }, SEEN)],
    ["list: of the largest ticket, one state", () => service.listThreads({ ticket: "T-0", state: "new" }, SEEN)],
    ["list: of a run", () => service.listThreads({ runId: `run-${dice.below(size.runs)}` }, SEEN)],
    ["list: of a state", () => service.listThreads({ state: "answered" }, SEEN)],
    ["list: assigned to somebody", () => service.listThreads({ assignee: operator() }, SEEN)],
    ["queue: unanswered", () => service.queue({ type: "unanswered" }, SEEN)],
    ["queue: unseen by a newcomer", () => service.queue({ type: "unseen" }, NEW)],
    ["queue: unseen, all of it seen", () => service.queue({ type: "unseen" }, SEEN)],
    ["search: a rare word", () => service.searchThreads({ query: rare() }, SEEN)],
    ["search: the commonest word", () => service.searchThreads({ query: word(0) }, SEEN)],
    ["search: two words", () => service.searchThreads({ query: `${word(1)} ${word(dice.below(200))}` }, SEEN)],
    ["search: the commonest word in a ticket", () => service.searchThreads({ query: word(0), ticket: ticket() }, SEEN)],
    [
      "search: the commonest word, a rare state",
      () => service.searchThreads({ query: word(0), state: "triaged" }, SEEN),
    ],
    ["search: words that begin so", () => service.searchThreads({ query: "w12*" }, SEEN)],
    ["thread", () => service.getThread({ threadId: threadId() }, SEEN)],
    ["thread: newest posts", () => service.listEntries({ threadId: threadId(), only: "posts", order: "newest" }, SEEN)],
    ["statistics of a ticket", () => service.getStats({ ticket: ticket() }, SEEN)],
    ["runs", () => service.listRuns({}, SEEN)],
  ];
  const figures: Figures[] = [];
  for (const [name, work] of reads) figures.push(await measure(name, times, work));
  const post = (): Promise<unknown> =>
    service.addPost({ threadId: open[dice.below(open.length)] ?? "", body: "Now?" }, NEW);
  const open = (await service.listThreads({ state: "new", limit: 200 }, SEEN)).items.map(({ id }) => id);
  figures.push(await measure("post, durable", times, post));
  return figures;
}

async function deepCursor(service: Forum, size: Size): Promise<string | undefined> {
  let cursor: string | undefined;
  for (let seen = 0; seen < size.threads / 20; seen += 200)
    cursor = (await service.listThreads({ limit: 200, cursor }, SEEN)).next ?? cursor;
  return cursor;
}
