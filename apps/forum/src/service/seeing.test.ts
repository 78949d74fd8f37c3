import { expect, test } from "vitest";
import { readingPage } from "fanfare";
import { ADA, HEDY, openForum, OTTO, SYSTEM } from "../../testing/opened-forum.ts";

const QUESTION = { ticket: "T-42", title: "Which way?", body: "Left or right?" };

test("a thread is unseen until its viewer has seen it, and again when somebody else posts", async () => {
  const { service } = await openForum();
  const { thread } = await service.openThread(QUESTION, ADA);
  const threadId = thread.id;
  const unseen = async () => (await service.queue({ type: "unseen" }, OTTO)).items.length;
  expect(await unseen()).toBe(1);
  await service.markSeen({ threadId }, OTTO);
  expect(await unseen()).toBe(0);
  await service.addPost({ threadId, body: "Mine." }, OTTO);
  await service.changeState({ threadId, state: "triaged" }, HEDY);
  expect(await unseen()).toBe(0);
  await service.addPost({ threadId, body: "Theirs." }, HEDY);
  expect(await unseen()).toBe(1);
  expect((await service.getThread({ threadId }, OTTO)).thread.unseen).toBe(true);
  expect((await service.getThread({ threadId }, HEDY)).thread.unseen).toBe(true);
});

test("what one wrote oneself is never news", async () => {
  const { service } = await openForum();
  await service.openThread(QUESTION, ADA);
  expect((await service.queue({ type: "unseen" }, ADA)).items).toEqual([]);
  expect((await service.listThreads({}, ADA)).items).toMatchObject([{ unseen: false }]);
  expect((await service.listThreads({}, HEDY)).items).toMatchObject([{ unseen: true }]);
});

test("a mark never goes back, and never beyond the newest entry", async () => {
  const { service, clock } = await openForum({ now: 1_000 });
  const { thread } = await service.openThread(QUESTION, ADA);
  const threadId = thread.id;
  const { lastSequence } = (await service.addPost({ threadId, body: "more" }, ADA)).thread;
  const first = await service.markSeen({ threadId, sequence: 1_000_000 }, OTTO);
  expect(first).toEqual({
    threadId,
    viewer: { type: "operator", id: "otto" },
    sequence: lastSequence,
    seenAt: "1970-01-01T00:00:01.000Z",
  });
  clock.now = 2_000;
  expect(await service.markSeen({ threadId, sequence: 1 }, OTTO)).toEqual(first);
});

test("a viewer's other windows are told of a mark that moved, and of that alone", async () => {
  const { service, hub, opened } = await openForum();
  const { thread } = await service.openThread(QUESTION, ADA);
  await service.markSeen({ threadId: thread.id }, OTTO);
  await service.markSeen({ threadId: thread.id }, OTTO);
  await expect(opened.settled(5_000)).resolves.toBe(true);
  const { events } = readingPage(await hub.read({ topics: ["forum-viewers"] }));
  expect(events).toMatchObject([
    { type: "forum.thread.seen", attributes: { viewer: "otto", thread: thread.id }, data: { sequence: 1 } },
  ]);
});

test("only agents, operators and humans have something unseen", async () => {
  const { service } = await openForum();
  const { thread } = await service.openThread(QUESTION, ADA);
  await expect(service.queue({ type: "unseen" }, SYSTEM)).rejects.toMatchObject({ code: "forbidden" });
  await expect(service.markSeen({ threadId: thread.id }, SYSTEM)).rejects.toMatchObject({ code: "forbidden" });
  expect((await service.listThreads({}, SYSTEM)).items[0]).not.toHaveProperty("unseen");
});
