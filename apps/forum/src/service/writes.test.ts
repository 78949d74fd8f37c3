import { expect, test } from "vitest";
import { parsePattern, readingPage, type Grant } from "fanfare";
import type { Caller } from "fanfare/app";
import { ADA, by, HEDY, openForum, OTTO, SYSTEM, type Forum } from "../../testing/opened-forum.ts";

const QUESTION = { ticket: "T-42", title: "Which way?", body: "  Left or right?\n" };

async function ask(service: Forum, more: Partial<typeof QUESTION> & { threadId?: string } = {}): Promise<string> {
  const { thread } = await service.openThread({ ...QUESTION, ...more }, ADA);
  return thread.id;
}

test("a question is opened as new and unassigned, with its body as the first post", async () => {
  const { service } = await openForum({ now: 1_000 });
  const written = await service.openThread({ ...QUESTION, runId: "r1", agentName: "ada" }, ADA);
  expect(written.thread).toMatchObject({
    ...{ kind: "question", ticket: "T-42", runId: "r1", agentName: "ada", title: "Which way?" },
    ...{ state: "new", priority: "normal", posts: 1, unanswered: true, openedAt: "1970-01-01T00:00:01.000Z" },
    openedBy: { type: "agent", name: "ada" },
  });
  expect(written.thread.assignee).toBeUndefined();
  const { items } = await service.listEntries({ threadId: written.thread.id });
  expect(items).toEqual(written.entries);
  expect(items[0]?.change).toMatchObject({ type: "forum.thread.opened", body: "  Left or right?\n" });
});

test("an answer is a post and the state answered in one, the second caused by the first", async () => {
  const { service } = await openForum();
  const threadId = await ask(service);
  const { thread, entries } = await service.answerThread({ threadId, body: "Left." }, OTTO);
  expect(thread).toMatchObject({ state: "answered", posts: 2, unanswered: false, lastActorType: "operator" });
  expect(entries.map(({ change }) => change.type)).toEqual(["forum.post.added", "forum.state.changed"]);
  const [post, moved] = entries;
  expect(moved).toMatchObject({ correlationId: post?.id, causationId: post?.id });
});

test("an answer that will not do posts nothing", async () => {
  const { service } = await openForum();
  const threadId = await ask(service);
  await expect(service.answerThread({ threadId, body: " " }, OTTO)).rejects.toMatchObject({ code: "unprocessable" });
  await expect(service.answerThread({ threadId, body: "!" }, SYSTEM)).rejects.toMatchObject({ code: "forbidden" });
  expect((await service.getThread({ threadId })).thread).toMatchObject({ posts: 1, state: "new" });
});

test("every write is told as one event, in the thread's topic, with the thread as it then is", async () => {
  const { service, hub, opened } = await openForum();
  const threadId = await ask(service, { ticket: "Überfällig: #7" });
  await service.assignThread({ threadId, assignee: { type: "human", name: "hedy" }, note: "yours" }, OTTO);
  await service.setPriority({ threadId, priority: "urgent" }, OTTO);
  await service.closeThread({ threadId }, OTTO);
  await expect(opened.settled(5_000)).resolves.toBe(true);
  const { events } = readingPage(await hub.read({ topics: ["forum.>"] }));
  expect(events.map(({ type }) => type)).toEqual([
    "forum.thread.opened",
    "forum.assigned",
    "forum.priority.changed",
    "forum.thread.closed",
  ]);
  const closed = events.at(-1);
  expect(closed?.topic).toBe(`forum.--ANwAYgBlAHIAZgDkAGwAbABpAGcAOgAgACMANw.${threadId}`);
  expect(closed?.attributes).toEqual({
    ticket: "Überfällig: #7",
    thread: threadId,
    state: "closed",
    priority: "urgent",
  });
  const { items } = await service.listEntries({ threadId });
  const { thread } = await service.getThread({ threadId });
  expect(closed?.data).toEqual({ version: 1, thread, entry: items.at(-1) });
  expect(closed?.id).toBe(items.at(-1)?.id);
});

test("a closed thread takes nothing more; to close it again changes nothing and tells nothing", async () => {
  const { service } = await openForum();
  const threadId = await ask(service);
  const { thread } = await service.changeState({ threadId, state: "closed" }, OTTO);
  expect(thread.closedAt).toBe(thread.updatedAt);
  expect(await service.closeThread({ threadId }, OTTO)).toEqual({ thread, entries: [] });
  const refused = { code: "conflict", message: expect.stringMatching(/^thread_closed: threadId: /) };
  await expect(service.addPost({ threadId, body: "late" }, OTTO)).rejects.toMatchObject(refused);
  await expect(service.answerThread({ threadId, body: "late" }, OTTO)).rejects.toMatchObject(refused);
  await expect(service.setPriority({ threadId, priority: "low" }, OTTO)).rejects.toMatchObject(refused);
  const assignee = { type: "human", name: "hedy" } as const;
  await expect(service.assignThread({ threadId, assignee }, OTTO)).rejects.toMatchObject(refused);
  await expect(service.changeState({ threadId, state: "triaged" }, OTTO)).rejects.toMatchObject({
    message: "transition_refused: state: a thread that is closed cannot become triaged",
  });
});

test("of many who answer and close at once, one comes after the other, and nobody posts in a closed thread", async () => {
  const { service } = await openForum();
  const threadId = await ask(service);
  const posts = Array.from({ length: 10 }, (_, at) => service.addPost({ threadId, body: `${at}` }, OTTO));
  const all = await Promise.allSettled([...posts, service.closeThread({ threadId }, OTTO), ...late(service, threadId)]);
  expect(all.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 11 }, () => "fulfilled"),
    ...Array.from({ length: 10 }, () => "rejected"),
  ]);
  expect((await service.getThread({ threadId })).thread).toMatchObject({ posts: 11, state: "closed" });
});

function late(service: Forum, threadId: string): readonly Promise<unknown>[] {
  return Array.from({ length: 10 }, (_, at) => service.addPost({ threadId, body: `${at}` }, OTTO));
}

test("who has seen an older version is refused, and told which there is", async () => {
  const { service } = await openForum();
  const threadId = await ask(service);
  const { lastSequence } = (await service.addPost({ threadId, body: "more" }, ADA)).thread;
  const stale = service.addPost({ threadId, body: "old news", expectedSequence: lastSequence - 1 }, OTTO);
  await expect(stale).rejects.toMatchObject({
    code: "conflict",
    message: `version_conflict: expectedSequence: ${threadId} is at ${lastSequence}, not ${lastSequence - 1}`,
  });
  await service.addPost({ threadId, body: "news", expectedSequence: lastSequence }, OTTO);
});

test("a thread id is taken once, and a refused opening leaves the forum as it was", async () => {
  const { service } = await openForum();
  await ask(service, { threadId: "mine" });
  for (let time = 0; time < 20; time += 1)
    await expect(ask(service, { threadId: "mine" })).rejects.toMatchObject({ code: "conflict" });
  await ask(service, { threadId: "yours" });
  expect((await service.listThreads({})).items.map(({ id }) => id)).toEqual(["yours", "mine"]);
});

test("the same key with the same request has one effect and one answer; with another it is refused", async () => {
  const { service } = await openForum();
  const keyed = { ...ADA, idempotencyKey: "once" };
  const first = await service.openThread(QUESTION, keyed);
  expect(await service.openThread(QUESTION, keyed)).toEqual(first);
  await expect(service.openThread({ ...QUESTION, title: "Other" }, keyed)).rejects.toMatchObject({
    code: "key_reused",
  });
  await service.openThread(QUESTION, { ...OTTO, idempotencyKey: "once" });
  expect((await service.listThreads({})).items).toHaveLength(2);
});

test("there is no write without an actor whom the forum knows", async () => {
  const { service } = await openForum();
  await expect(service.openThread(QUESTION)).rejects.toMatchObject({ code: "forbidden" });
  await expect(service.openThread(QUESTION, by("robot", "r2"))).rejects.toMatchObject({
    message: "actor: the forum knows agent, operator, human, system, not robot",
  });
});

test("an agent leads only what it asked itself", async () => {
  const { service } = await openForum();
  const { thread } = await service.openThread(QUESTION, HEDY);
  await expect(service.closeThread({ threadId: thread.id }, ADA)).rejects.toMatchObject({ code: "forbidden" });
  await service.closeThread({ threadId: await ask(service) }, ADA);
});

test("a text beyond its limit is too large, and one whose event would be is, too", async () => {
  const { service } = await openForum({ limits: { bodyBytes: 60_000 } });
  const threadId = await ask(service);
  await service.addPost({ threadId, body: "x".repeat(60_000) }, ADA);
  const tooLong = service.addPost({ threadId, body: "x".repeat(60_001) }, ADA);
  await expect(tooLong).rejects.toMatchObject({
    code: "payload_too_large",
    message: "too_large: body: has 60001 bytes, at most 60000 are allowed",
  });
  // Six characters of JSON each.
  const escaped = service.addPost({ threadId, body: `x${"\u0001".repeat(59_999)}` }, ADA);
  await expect(escaped).rejects.toMatchObject({ code: "payload_too_large" });
  expect((await service.getThread({ threadId })).thread.posts).toBe(2);
});

test("a thread that is not there is not found", async () => {
  const { service } = await openForum();
  const missing = { code: "not_found", message: "thread_not_found: threadId: there is no gone" };
  await expect(service.getThread({ threadId: "gone" })).rejects.toMatchObject(missing);
  await expect(service.addPost({ threadId: "gone", body: "?" }, ADA)).rejects.toMatchObject(missing);
  await expect(service.markSeen({ threadId: "gone" }, ADA)).rejects.toMatchObject(missing);
});

test("what a credential grants is all that its owner can read and write", async () => {
  const { service } = await openForum();
  const threadId = await ask(service);
  await ask(service, { ticket: "T-43" });
  const grants: readonly Grant[] = [{ do: ["subscribe"], topics: [parsePattern("forum.T-42.>")] }];
  const actor = { type: "agent", name: "ada" };
  const caller: Caller = { identity: { kind: "user", sub: "ada", grants, profiles: "all", actor } };
  expect((await service.listThreads({ ticket: "T-42" }, caller)).items).toHaveLength(1);
  expect((await service.getThread({ threadId }, caller)).thread.id).toBe(threadId);
  const forbidden = { code: "forbidden" };
  await expect(service.listThreads({}, caller)).rejects.toMatchObject(forbidden);
  await expect(service.searchThreads({ query: "way" }, caller)).rejects.toMatchObject(forbidden);
  await expect(service.queue({ type: "unanswered", ticket: "T-43" }, caller)).rejects.toMatchObject(forbidden);
  await expect(service.getStats({}, caller)).rejects.toMatchObject(forbidden);
  await expect(service.addPost({ threadId, body: "!" }, caller)).rejects.toMatchObject(forbidden);
});
