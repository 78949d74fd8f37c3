/** A process of clients, asked over its channel by `crowd.ts`; it ends with its parent. */
import { setTimeout as wait } from "node:timers/promises";
import { Member, type Account } from "./member.ts";

export type Question =
  /** A client at each address; answered when all are live. */
  | { readonly ask: "connect"; readonly urls: readonly string[]; readonly topic: string }
  /** Answered when all have got the last of these positions, or when it took too long. */
  | { readonly ask: "account"; readonly positions: readonly number[]; readonly withinMs: number };

let members: readonly Member[] = [];

process.on("message", (question: Question) => {
  void answer(question).then((accounts) => process.send?.(accounts));
});
process.on("disconnect", () => process.exit());

async function answer(question: Question): Promise<readonly Account[]> {
  if (question.ask === "connect") {
    members = question.urls.map((url) => new Member(url, question.topic));
    await until(() => members.every(({ live }) => live), 60_000);
    return [];
  }
  const last = question.positions.at(-1) ?? 0;
  await until(() => members.every((member) => member.live && member.last >= last), question.withinMs);
  const expected = new Set(question.positions);
  return members.map((member) => member.account(expected));
}

async function until(condition: () => boolean, ms: number): Promise<void> {
  for (const end = performance.now() + ms; !condition() && performance.now() < end;) await wait(20);
}
