import { expect, test } from "vitest";
import type { Actor } from "./actor.ts";
import type { Change, Entry } from "./entry.ts";
import type { ThreadId, Ticket } from "./ids.ts";
import { begin, evolve, isUnanswered, isUnseen, newsFor, type Thread } from "./thread.ts";

const ada: Actor = { type: "agent", name: "ada" };
const bob: Actor = { type: "agent", name: "bob" };
const otto: Actor = { type: "operator", name: "otto" };
const hedy: Actor = { type: "human", name: "hedy" };
const system: Actor = { type: "system", name: "clockwork" };

const posted: Change = { type: "forum.post.added", body: "…" };
const answered: Change = { type: "forum.state.changed", from: "new", to: "answered" };

/** A thread that its asker opens, and what happens to it: an entry each, at one second each. */
function history(asker: Actor, ...steps: readonly (readonly [Actor, Change])[]): Thread {
  const base = { id: "e", correlationId: "c" };
  const opened: Entry<Extract<Change, { type: "forum.thread.opened" }>> = {
    ...base,
    sequence: 1,
    time: 1_000,
    actor: asker,
    change: {
      type: "forum.thread.opened",
      threadId: "t" as ThreadId,
      kind: "question",
      ticket: "T" as Ticket,
      title: "?",
      body: "?",
      priority: "normal",
    },
  };
  let thread = begin(opened);
  for (const [at, [actor, change]] of steps.entries())
    thread = evolve(thread, { ...base, sequence: at + 2, time: (at + 2) * 1_000, actor, change });
  return thread;
}

test("a question waits for an answer, whoever asks it", () => {
  for (const asker of [ada, otto, hedy]) expect(isUnanswered(history(asker))).toBe(true);
});

test("triage, assignment and priority answer nothing", () => {
  const thread = history(
    ada,
    [otto, { type: "forum.state.changed", from: "new", to: "triaged" }],
    [otto, { type: "forum.state.changed", from: "triaged", to: "waiting_human" }],
    [otto, { type: "forum.assigned", to: hedy }],
    [otto, { type: "forum.priority.changed", from: "normal", to: "high" }],
  );
  expect(isUnanswered(thread)).toBe(true);
  expect(thread.waitingSince).toBe(1_000);
});

test("a post of somebody else answers, a further one of the asker asks again", () => {
  expect(isUnanswered(history(ada, [otto, posted]))).toBe(false);
  expect(isUnanswered(history(ada, [ada, posted]))).toBe(true);
  const again = history(ada, [otto, posted], [ada, posted]);
  expect(isUnanswered(again)).toBe(true);
  expect(again.waitingSince).toBe(3_000);
});

test("agents ask as one side, people for themselves", () => {
  expect(isUnanswered(history(ada, [bob, posted]))).toBe(true);
  expect(isUnanswered(history(hedy, [{ type: "human", name: "paul" }, posted]))).toBe(false);
});

test("what was answered is asked again by the asker's next post, though the state stays", () => {
  const answer = history(ada, [otto, posted], [otto, answered]);
  expect(isUnanswered(answer)).toBe(false);
  expect(isUnanswered(evolve(answer, { ...entry(4), actor: ada, change: posted }))).toBe(true);
});

test("the state answered answers without a post, closing ends all waiting, and system neither asks nor answers", () => {
  expect(isUnanswered(history(ada, [otto, answered]))).toBe(false);
  expect(isUnanswered(history(ada, [otto, { type: "forum.thread.closed", from: "new" }]))).toBe(false);
  expect(isUnanswered(history(ada, [system, posted]))).toBe(true);
  expect(isUnanswered(history(system))).toBe(false);
});

test("news for a viewer is the newest post of somebody else, whoever posted last", () => {
  const thread = history(ada, [otto, posted], [ada, posted], [ada, posted]);
  expect(newsFor({ type: "agent", id: "ada" }, thread)).toBe(2);
  expect(newsFor({ type: "operator", id: "otto" }, thread)).toBe(4);
  expect(newsFor({ type: "human", id: "ada" }, thread)).toBe(4);
});

test("only posts are news: a state, an assignment and one's own words are not", () => {
  const viewer = { type: "operator", id: "otto" } as const;
  const thread = history(ada, [otto, posted], [hedy, answered]);
  expect(isUnseen(viewer, thread, 0)).toBe(true);
  expect(isUnseen(viewer, thread, 1)).toBe(false);
});

test("an escalation counts for one waiting, not for the next", () => {
  const told: Change = { type: "forum.sla.escalated", waitingSince: "1970-01-01T00:00:01.000Z" };
  expect(history(ada, [system, told]).escalated).toBe(true);
  expect(history(ada, [system, told], [otto, posted]).escalated).toBe(false);
  expect(history(ada, [system, told], [otto, posted], [ada, posted]).escalated).toBe(false);
});

function entry(sequence: number): Omit<Entry, "actor" | "change"> {
  return { sequence, id: "e", time: sequence * 1_000, correlationId: "c" };
}
