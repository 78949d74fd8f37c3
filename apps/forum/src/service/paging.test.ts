import { expect, test } from "vitest";
import { ADA, OTTO, openForum, type Forum } from "../../testing/opened-forum.ts";
import { allPages } from "../../testing/pages.ts";
import { Dice } from "../../testing/random.ts";
import { PRIORITIES } from "../domain/priority.ts";

const QUESTION = { ticket: "T-42", title: "Which way?", body: "Left or right?" };

async function open(service: Forum, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const priority = PRIORITIES[at % PRIORITIES.length] ?? "normal";
    ids.push((await service.openThread({ ...QUESTION, priority }, ADA)).thread.id);
  }
  return ids;
}

/** Opens, posts and raises or lowers priorities; answers whom it touched. */
function meddling(service: Forum, ids: readonly string[], touched: Set<string>): () => Promise<void> {
  const dice = new Dice(7);
  return async () => {
    await open(service, 1);
    for (const threadId of [dice.pick(ids), dice.pick(ids)]) {
      touched.add(threadId);
      await service.addPost({ threadId, body: "again, left or right?" }, ADA);
      await service.setPriority({ threadId, priority: dice.pick(PRIORITIES) }, OTTO);
    }
  };
}

test("by opening, every thread is met exactly once, whatever is written meanwhile", async () => {
  const { service } = await openForum();
  const ids = await open(service, 30);
  const meddle = meddling(service, ids, new Set());
  const met = await allPages((cursor) => service.listThreads({ sort: "opened", limit: 4, cursor }), meddle);
  expect(met.map(({ id }) => id)).toEqual(ids.toReversed());
});

test("by priority, no thread is met twice, and each that stays as it was is met once", async () => {
  const { service } = await openForum({ limits: { scannedRows: 5 }, slaMs: { high: 3_600_000, urgent: 3_600_000 } });
  const ids = await open(service, 30);
  const touched = new Set<string>();
  const meddle = meddling(service, ids, touched);
  const met = await allPages((cursor) => service.listThreads({ limit: 4, cursor, ticket: "T-42" }), meddle);
  const metIds = met.map(({ id }) => id);
  expect(new Set(metIds).size).toBe(metIds.length);
  expect(ids.filter((id) => !touched.has(id) && !metIds.includes(id))).toEqual([]);
  expect(touched.size).toBeGreaterThan(5);
});

test("a search tells each thread once, whatever is posted meanwhile: titles first, then the newest posts", async () => {
  const { service } = await openForum();
  const ids = await open(service, 12);
  const titled = (await service.openThread({ ...QUESTION, title: "Right", body: "?" }, ADA)).thread.id;
  for (const threadId of ids.slice(0, 6)) await service.addPost({ threadId, body: "right!" }, OTTO);
  const meddle = meddling(service, ids, new Set());
  const met = await allPages((cursor) => service.searchThreads({ query: "RIGHT", limit: 3, cursor }), meddle);
  const newest = ids.slice(0, 6).toReversed();
  expect(met.map(({ id }) => id)).toEqual([titled, ...newest, ...ids.slice(6).toReversed()]);
});

test("a page that would have to look at too much is shorter, and the next goes on behind it", async () => {
  const { service } = await openForum({ limits: { scannedRows: 4, scannedPosts: 4 } });
  const ids = await open(service, 12);
  const assignee = { type: "human", name: "hedy" } as const;
  await service.assignThread({ threadId: ids[0] ?? "", assignee }, OTTO);
  const narrow = { ticket: "T-42", assignee: "hedy" };
  expect(await service.listThreads(narrow)).toMatchObject({ items: [], next: expect.any(String) });
  const met = await allPages((cursor) => service.listThreads({ ...narrow, cursor }));
  expect(met.map(({ id }) => id)).toEqual([ids[0]]);
  const found = await allPages((cursor) => service.searchThreads({ query: "left", assignee: "hedy", cursor }));
  expect(found.map(({ id }) => id)).toEqual([ids[0]]);
});

test("history is read from either end, all of it or its posts", async () => {
  const { service } = await openForum();
  const { thread } = await service.openThread(QUESTION, ADA);
  const threadId = thread.id;
  for (const body of ["one", "two", "three"]) await service.addPost({ threadId, body }, OTTO);
  await service.closeThread({ threadId }, OTTO);
  const kinds = async (input: { order?: "newest"; only?: "posts" }) => {
    const all = await allPages((cursor) => service.listEntries({ threadId, limit: 2, cursor, ...input }));
    return all.map(({ change }) => ("body" in change ? change.body : change.type));
  };
  const posts = [QUESTION.body, "one", "two", "three"];
  expect(await kinds({})).toEqual([...posts, "forum.thread.closed"]);
  expect(await kinds({ order: "newest" })).toEqual(["forum.thread.closed", ...posts.toReversed()]);
  expect(await kinds({ only: "posts", order: "newest" })).toEqual(posts.toReversed());
});

test.each(["x", "priority", "priority.1.2", "opened.1", "priority.1.2.$", "found.1.2.3"])(
  "%j is no cursor of a list by priority",
  async (cursor) => {
    const { service } = await openForum();
    await expect(service.listThreads({ cursor })).rejects.toMatchObject({ code: "invalid_cursor" });
  },
);

test("a page has at most so many items", async () => {
  const { service } = await openForum();
  await expect(service.listThreads({ limit: 201 })).rejects.toMatchObject({
    message: "invalid_input: limit: is 201, at most 200 are allowed",
  });
});
