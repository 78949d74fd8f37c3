import type { EntryView } from "../src/contract/entry-view.ts";
import type { State } from "../src/domain/state.ts";

/** A thread as somebody who knows nothing of the forum's code would keep it: everything that happened, and no more. */
export interface ModelThread {
  readonly id: string;
  readonly ticket: string;
  readonly asker: string;
  readonly entries: EntryView[];
  state: State;
  priority: string;
}

/** Where a thread may go, in the words of the specification. */
const MOVES: Readonly<Record<State, string>> = {
  new: "new triaged waiting_operator waiting_human answered closed",
  triaged: "triaged waiting_operator waiting_human answered closed",
  waiting_operator: "triaged waiting_operator waiting_human answered closed",
  waiting_human: "triaged waiting_operator waiting_human answered closed",
  answered: "waiting_operator waiting_human answered closed",
  closed: "closed",
};

export function mayBecome(from: State, to: State): boolean {
  return MOVES[from].split(" ").includes(to);
}

export function nameOf({ type, name }: { readonly type: string; readonly name?: string | undefined }): string {
  return `${type}:${name}`;
}

export function postsOf({ entries }: ModelThread): readonly EntryView[] {
  return entries.filter(({ change }) => change.type === "forum.thread.opened" || change.type === "forum.post.added");
}

/** Somebody asked, and nothing later answers: no post of another party, no state `answered`. */
export function isWaiting(thread: ModelThread): boolean {
  const { entries, state, asker } = thread;
  if (state === "closed") return false;
  const asks = (name: string): boolean => (asker.startsWith("agent:") ? name.startsWith("agent:") : name === asker);
  const posts = postsOf(thread);
  const asked = posts.findLast(({ actor }) => asks(nameOf(actor)))?.sequence ?? 0;
  const answers = [
    ...posts.filter(({ actor }) => !asks(nameOf(actor))),
    ...entries.filter(({ change }) => change.type === "forum.state.changed" && change.to === "answered"),
  ];
  return answers.every(({ sequence }) => sequence < asked);
}

/** Somebody else posted after what the viewer has seen. */
export function isNews(thread: ModelThread, viewer: string, seen: number): boolean {
  return postsOf(thread).some(({ sequence, actor }) => nameOf(actor) !== viewer && sequence > seen);
}

const PRIORITIES = ["urgent", "high", "normal", "low"];

/** The most pressing first, then by the newest entry. */
export function byPlace(one: ModelThread, other: ModelThread): number {
  const rank = PRIORITIES.indexOf(one.priority) - PRIORITIES.indexOf(other.priority);
  return rank === 0 ? (other.entries.at(-1)?.sequence ?? 0) - (one.entries.at(-1)?.sequence ?? 0) : rank;
}
