import { formatTime } from "@fanfare/protocol";
import type { Actor } from "../domain/actor.ts";
import { postText, type Entry } from "../domain/entry.ts";
import type { Thread } from "../domain/thread.ts";

/** A thread as a Markdown document: what was asked, what was said, what it came to. */
export function summary(thread: Thread, posts: readonly Entry[]): string {
  const { id, ticket, runId, agentName, state, priority, assignee, openedBy, openedAt, updatedAt, closedAt } = thread;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Ticket", ticket],
    ["Thread", id],
    ["Run", runId],
    ["Agent", agentName],
    ["State", state],
    ["Priority", priority],
    ["Assigned to", assignee === undefined ? undefined : nameOf(assignee)],
    ["Opened", `${formatTime(openedAt)} by ${nameOf(openedBy)}`],
    ["Last change", formatTime(updatedAt)],
    ["Closed", closedAt === undefined ? undefined : formatTime(closedAt)],
  ];
  const lines = [`# ${inline(thread.title)}`, ""];
  for (const [name, value] of facts) if (value !== undefined) lines.push(`- ${name}: ${inline(value)}`);
  for (const post of posts)
    lines.push("", `## ${formatTime(post.time)}, ${inline(nameOf(post.actor))}`, "", quote(post));
  const left = thread.posts - posts.length;
  if (left > 0) lines.push("", `And ${left} later ${left === 1 ? "post" : "posts"}.`);
  return `${lines.join("\n")}\n`;
}

function nameOf({ type, name }: Actor): string {
  return name === undefined ? type : `${type} ${name}`;
}

/** What somebody wrote stays theirs: no heading of a post becomes one of the document. */
function quote({ change }: Entry): string {
  const text = postText(change) ?? "";
  return text
    .trimEnd()
    .split(/\r\n|\r|\n/)
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n");
}

/** Text on one line that means nothing to Markdown. */
function inline(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>#|]/g, String.raw`\$&`);
}
