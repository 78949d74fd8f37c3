import type { Actor } from "./actor.ts";
import type { Draft } from "./draft.ts";
import type { DocsTrigger } from "./entry.ts";
import type { ForumLimits } from "./limits.ts";
import { accept, refuse, type Decision } from "./refusal.ts";
import { forbidden } from "./roles.ts";
import { body } from "./text.ts";
import type { Thread } from "./thread.ts";

/** What the forum's owner has decided. */
export interface Policy {
  readonly limits: ForumLimits;
  /** Whether answered and closed threads are to be written down. */
  readonly docsSync: boolean;
}

/** Refused when the thread takes nothing more. */
export function stillOpen({ id, state }: Thread): Decision<undefined> {
  return state === "closed" ? refuse("thread_closed", `threadId: ${id} is closed`) : accept(undefined);
}

/** One more post; it moves no state. */
export function post(thread: Thread, actor: Actor, text: string, { limits }: Policy): Decision<readonly Draft[]> {
  const refusal = forbidden("post", actor, thread.openedBy);
  if (refusal !== undefined) return { accepted: false, refusal };
  const open = stillOpen(thread);
  if (!open.accepted) return open;
  const checked = body("body", text, limits.bodyBytes);
  return checked.accepted ? accept([{ actor, change: { type: "forum.post.added", body: checked.value } }]) : checked;
}

/** A post and the state `answered`, together or not at all. A control thread is answered by a signal instead. */
export function answer(thread: Thread, actor: Actor, text: string, policy: Policy): Decision<readonly Draft[]> {
  const refusal = forbidden("answer", actor, thread.openedBy);
  if (refusal !== undefined) return { accepted: false, refusal };
  const posted = post(thread, actor, text, policy);
  if (!posted.accepted) return posted;
  return accept([
    ...posted.value,
    { actor, change: { type: "forum.state.changed", from: thread.state, to: "answered" } },
    ...docsSync("answered", policy),
  ]);
}

/** The request to write a thread down, in the transaction of what made it worth writing. */
export function docsSync(trigger: DocsTrigger, policy: Policy): readonly Draft[] {
  if (!policy.docsSync) return [];
  return [
    { actor: { type: "system", name: "forum" }, change: { type: "forum.integration.docs_sync.requested", trigger } },
  ];
}
