import { expect, test } from "vitest";
import { ADA, openForum, OTTO, scratchFile } from "../../testing/opened-forum.ts";
import { forumRoutes } from "./routes.ts";

test("every method answers what its route says", async () => {
  const { service, opened } = await openForum({ docsFolder: scratchFile("docs") });
  const answers: { -readonly [Name in keyof typeof forumRoutes]?: unknown } = {};
  const question = { ticket: "T-42", title: "Which way?", body: "?", runId: "r1", agentName: "ada" };
  answers.openThread = await service.openThread(question, ADA);
  const threadId = (await service.openThread(question, ADA)).thread.id;
  const agent = { ticket: "T-42", runId: "r1", agentName: "ada" };
  const asked = await service.signal(
    { ...agent, signal: { type: "guidance_request", question: "?", context: "!" } },
    ADA,
  );
  answers.answerThread = await service.answerThread({ threadId: asked.thread.id, body: "Left." }, OTTO);
  await service.signal({ ...agent, signal: { type: "completion", summary: "all" } }, ADA);
  const validation = { type: "validation", status: "failed", doneCriteria: "green" } as const;
  answers.signal = await service.signal({ ...agent, signal: validation }, OTTO);
  answers.addPost = await service.addPost({ threadId, body: "more" }, ADA);
  answers.assignThread = await service.assignThread({ threadId, assignee: { type: "human", name: "hedy" } }, OTTO);
  answers.changeState = await service.changeState({ threadId, state: "triaged" }, OTTO);
  answers.setPriority = await service.setPriority({ threadId, priority: "high" }, OTTO);
  answers.markSeen = await service.markSeen({ threadId }, OTTO);
  answers.getThread = await service.getThread({ threadId }, OTTO);
  answers.queue = await service.queue({ type: "unseen", limit: 1 }, OTTO);
  answers.closeThread = await service.closeThread({ threadId }, OTTO);
  answers.listThreads = await service.listThreads({}, OTTO);
  answers.searchThreads = await service.searchThreads({ query: "way" }, OTTO);
  answers.listEntries = await service.listEntries({ threadId }, OTTO);
  answers.getStats = await service.getStats({});
  await opened.settled(5_000);
  answers.listRuns = await service.listRuns({});
  answers.getRun = await service.getRun({ runId: "r1" });
  const names = Object.keys(forumRoutes) as (keyof typeof forumRoutes)[];
  // As it comes over HTTP.
  const given = names.map((name): unknown => JSON.parse(JSON.stringify(answers[name])));
  expect(names.map((name, at) => forumRoutes[name].output?.parse(given[at]))).toEqual(given);
});
