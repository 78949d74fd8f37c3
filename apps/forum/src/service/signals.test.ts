import { expect, test } from "vitest";
import { readingPage } from "fanfare";
import { ADA, openForum, OTTO, type Forum } from "../../testing/opened-forum.ts";

const AGENT = { ticket: "T-42", runId: "r1", agentName: "ada" };

async function request(service: Forum, question: string, more: { requestId?: string; attemptId?: string } = {}) {
  const { requestId, attemptId } = more;
  return service.signal({ ...AGENT, attemptId, signal: { type: "guidance_request", question, requestId } }, ADA);
}

test("the first signal opens the agent's control thread, later ones are posts in it", async () => {
  const { service } = await openForum();
  const first = await request(service, "Which way?");
  expect(first.thread).toMatchObject({ kind: "control", runId: "r1", agentName: "ada", state: "new", posts: 2 });
  expect(first.entries.map(({ change }) => change.type)).toEqual(["forum.thread.opened", "forum.control.signal"]);
  const second = await service.signal({ ...AGENT, signal: { type: "completion" } }, ADA);
  expect(second.thread).toMatchObject({ id: first.thread.id, posts: 3, state: "new" });
});

test("agents whose names differ in a sign have a control thread each", async () => {
  const { service } = await openForum();
  const completed = { ...AGENT, signal: { type: "completion" as const } };
  const dotted = await service.signal({ ...completed, agentName: "a.b" }, OTTO);
  const dashed = await service.signal({ ...completed, agentName: "a-b" }, OTTO);
  expect(dotted.thread.id).not.toBe(dashed.thread.id);
});

test("questions and answers are matched by their ids; one answer leaves the others waiting", async () => {
  const { service } = await openForum();
  const { thread } = await request(service, "Left?", { requestId: "q1" });
  await request(service, "Right?", { requestId: "q2" });
  const threadId = thread.id;
  await expect(service.answerThread({ threadId, body: "Yes." }, OTTO)).rejects.toMatchObject({
    message: "request_ambiguous: requestId: 2 requests wait for an answer, name one",
  });
  const { entries } = await service.answerThread({ threadId, body: "Yes.", requestId: "q1" }, OTTO);
  expect(entries).toMatchObject([{ change: { signal: { type: "guidance_answer", requestId: "q1" }, pending: 1 } }]);
  expect(await service.getThread({ threadId })).toMatchObject({
    pendingRequests: ["q2"],
    thread: { unanswered: true },
  });
  const last = await service.answerThread({ threadId, body: "No." }, OTTO);
  expect(last.thread).toMatchObject({ pendingRequests: 0, unanswered: false, state: "new" });
  await expect(service.answerThread({ threadId, body: "No." }, OTTO)).rejects.toMatchObject({ code: "conflict" });
});

test("a plain post in a control thread answers no request", async () => {
  const { service } = await openForum();
  const { thread } = await request(service, "Which way?");
  await service.addPost({ threadId: thread.id, body: "Let me think." }, OTTO);
  expect((await service.getThread({ threadId: thread.id })).thread).toMatchObject({
    pendingRequests: 1,
    unanswered: true,
  });
});

test("a new attempt forgets what the last one asked", async () => {
  const { service } = await openForum();
  const { thread } = await request(service, "Left?", { attemptId: "a", requestId: "q1" });
  await request(service, "Right?", { attemptId: "b", requestId: "q2" });
  expect((await service.getThread({ threadId: thread.id })).pendingRequests).toEqual(["q2"]);
  await expect(request(service, "Up?", { attemptId: "a" })).rejects.toMatchObject({
    message: "attempt_over: attemptId: a is over, the agent is in b",
  });
});

test("nobody moves or closes a control thread by hand", async () => {
  const { service } = await openForum();
  const { thread } = await request(service, "Which way?");
  const refused = { code: "conflict", message: expect.stringContaining("control_thread: ") };
  await expect(service.closeThread({ threadId: thread.id }, OTTO)).rejects.toMatchObject(refused);
  await expect(service.changeState({ threadId: thread.id, state: "answered" }, OTTO)).rejects.toMatchObject(refused);
});

test("control threads stand in no list or search of questions, and in the queue while a request waits", async () => {
  const { service } = await openForum();
  const { thread } = await request(service, "Which way?");
  expect((await service.listThreads({})).items).toEqual([]);
  expect((await service.searchThreads({ query: "way" })).items).toEqual([]);
  expect((await service.listThreads({ kind: "control" })).items).toHaveLength(1);
  expect((await service.searchThreads({ query: "way", kind: "control" })).items).toHaveLength(1);
  expect((await service.queue({ type: "unanswered" })).items).toMatchObject([{ id: thread.id }]);
  expect((await service.queue({ type: "unanswered", kind: "question" })).items).toEqual([]);
});

test("runs and agents follow from the signals, and a run that changes is told", async () => {
  const { service, hub, opened } = await openForum();
  await request(service, "Which way?", { requestId: "q1" });
  await expect(opened.settled(5_000)).resolves.toBe(true);
  expect(await service.getRun({ runId: "r1" })).toMatchObject({
    status: "awaiting_guidance",
    tickets: ["T-42"],
    agents: [{ agentName: "ada", completed: false, pending: [{ requestId: "q1", question: "Which way?" }] }],
  });
  await service.signal({ ...AGENT, signal: { type: "guidance_answer", answer: "Left." } }, OTTO);
  await service.signal({ ...AGENT, signal: { type: "completion", summary: "Went left." } }, ADA);
  await service.signal({ ...AGENT, signal: { type: "validation", status: "passed", doneCriteria: "arrived" } }, OTTO);
  await expect(opened.settled(5_000)).resolves.toBe(true);
  expect(await service.getRun({ runId: "r1" })).toMatchObject({
    status: "completed",
    agents: [{ completed: true, summary: "Went left.", validation: { status: "passed" }, pending: [] }],
  });
  await request(service, "And now?", { attemptId: "again" });
  await expect(opened.settled(5_000)).resolves.toBe(true);
  expect(await service.getRun({ runId: "r1" })).toMatchObject({
    agents: [{ completed: false, attempt: { number: 2 } }],
  });
  const { events } = readingPage(await hub.read({ topics: ["forum-runs"] }));
  expect(events.map(({ attributes }) => attributes["status"])).toEqual([
    "running",
    "awaiting_guidance",
    "running",
    "completed",
    "awaiting_guidance",
  ]);
});

test("a thread with a run makes the run known; runs are listed by page, those of a ticket alone when asked", async () => {
  const { service, opened } = await openForum();
  for (const runId of ["r1", "r2", "r3"])
    await service.openThread({ ticket: runId === "r3" ? "T-2" : "T-1", title: "?", body: "?", runId }, ADA);
  await expect(opened.settled(5_000)).resolves.toBe(true);
  const first = await service.listRuns({ limit: 2 });
  expect(first.items.map(({ runId }) => runId)).toEqual(["r3", "r2"]);
  const second = await service.listRuns({ limit: 2, cursor: first.next });
  expect(second).toMatchObject({ items: [{ runId: "r1", status: "running", tickets: ["T-1"] }], next: undefined });
  expect((await service.listRuns({ ticket: "T-1" })).items.map(({ runId }) => runId)).toEqual(["r2", "r1"]);
  await expect(service.getRun({ runId: "r4" })).rejects.toMatchObject({ code: "not_found" });
});
