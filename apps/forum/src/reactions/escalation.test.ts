import { DatabaseSync } from "node:sqlite";
import { expect, test, vi } from "vitest";
import { readingPage } from "fanfare";
import { peek } from "../../testing/forum-file.ts";
import { ADA, openForum, OTTO, type OpenedForum } from "../../testing/opened-forum.ts";

const MINUTE = 60_000;
const QUESTION = { ticket: "T-42", title: "Which way?", body: "Left or right?" };

/** Titles of the threads that were told of, once so many were. */
async function told({ hub }: OpenedForum, count: number): Promise<readonly unknown[]> {
  return vi.waitFor(
    async () => {
      const { events } = readingPage(await hub.read({ filter: { exact: { type: "forum.sla.escalated" } } }));
      expect(events.length).toBeGreaterThanOrEqual(count);
      return events.map(({ data }) => (data as { thread: { title: string } }).thread.title);
    },
    { timeout: 5_000 },
  );
}

test("a thread is told of once when it has waited for longer than its priority allows", async () => {
  const forum = await openForum({ now: 0, slaEveryMs: 100, slaMs: { normal: 30 * MINUTE, low: 60 * MINUTE } });
  const { service, clock } = forum;
  await service.openThread({ ...QUESTION, title: "low", priority: "low" }, ADA);
  await service.openThread({ ...QUESTION, title: "normal" }, ADA);
  const { thread } = await service.openThread({ ...QUESTION, title: "answered" }, ADA);
  await service.answerThread({ threadId: thread.id, body: "Left." }, OTTO);
  await service.openThread({ ...QUESTION, title: "urgent", priority: "urgent" }, ADA);
  expect(await told(forum, 1)).toEqual(["urgent"]);
  clock.now = 30 * MINUTE;
  expect(await told(forum, 2)).toEqual(["urgent", "normal"]);
  clock.now = 60 * MINUTE;
  expect(await told(forum, 3)).toEqual(["urgent", "normal", "low"]);
  // Who asks again after an answer waits anew.
  await service.addPost({ threadId: thread.id, body: "Sure?" }, ADA);
  clock.now = 90 * MINUTE;
  expect(await told(forum, 4)).toEqual(["urgent", "normal", "low", "answered"]);
  const { items } = await service.listThreads({ state: "new" });
  expect(items.map(({ escalated }) => escalated)).toEqual([true, true, true]);
});

test("a thread that cannot be told of keeps no other from its turn", async () => {
  const forum = await openForum({ now: 0, slaEveryMs: 100 });
  await forum.service.openThread({ ...QUESTION, title: "bad" }, ADA);
  await forum.service.openThread({ ...QUESTION, title: "good" }, ADA);
  const db = new DatabaseSync(forum.file);
  // A ticket of which no topic can be made: nothing that the forum itself would write.
  db.prepare("UPDATE forum_threads SET ticket = ? WHERE title = 'bad'").run("x".repeat(300));
  db.close();
  forum.clock.now = 30 * MINUTE;
  expect(await told(forum, 1)).toEqual(["good"]);
  expect(forum.errors).toContain("a thread that has waited too long could not be told of");
  const bad = peek(forum.file).prepare("SELECT escalated, last_sequence FROM forum_threads WHERE title = 'bad'").get();
  expect(bad).toEqual({ escalated: 0, last_sequence: 1 });
});
