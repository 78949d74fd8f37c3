import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { writeFileSync } from "node:fs";
import { outboxRow } from "fanfare/outbox";
import { readingPage, type Hub } from "fanfare";
import { expect, test, vi } from "vitest";
import { ADA, OTTO, openForum, scratchFile } from "../testing/opened-forum.ts";

const QUESTION = { ticket: "T-42", title: "Which way?", body: "Left or right?" };

async function typesOf(hub: Hub, thread: string): Promise<readonly string[]> {
  const { events } = readingPage(await hub.read({ filter: { exact: { thread } } }));
  return events.map(({ type }) => type);
}

/** Puts an event into the outbox that no forum would write: the log refuses it, however often it is tried. */
function poison(file: string, topic: string): void {
  const row = outboxRow(topic, { type: "forum.post.added", data: "poison" });
  const db = new DatabaseSync(file);
  const columns = Object.keys(row);
  const values = columns.map(() => "?").join(", ");
  db.prepare(`INSERT INTO fanfare_outbox (${columns.join(", ")}) VALUES (${values})`).run(
    ...(Object.values(row) as SQLInputValue[]),
  );
  db.close();
}

test("a poisoned event holds up its own thread until it is set aside, and no other thread at all", async () => {
  const { service, hub, opened, file } = await openForum();
  const sick = (await service.openThread({ ...QUESTION, threadId: "sick" }, ADA)).thread.id;
  poison(file, `forum.T-42.${sick}`);
  await service.addPost({ threadId: sick, body: "behind it" }, ADA);
  await service.openThread({ ...QUESTION, threadId: "well" }, ADA);
  await vi.waitFor(async () => expect(await typesOf(hub, "well")).toEqual(["forum.thread.opened"]), { timeout: 5_000 });
  const through = async () => expect(await typesOf(hub, sick)).toEqual(["forum.thread.opened", "forum.post.added"]);
  await vi.waitFor(through, { timeout: 5_000 });
  // The relay writes down what it did after it has done it.
  const settled = async () => expect((await opened.figures()).outbox).toMatchObject({ pending: 0, dead: 1 });
  await vi.waitFor(settled, { timeout: 5_000 });
});

test("a command that can never be done is refused each time, and the next one is done", async () => {
  const { service } = await openForum();
  await service.openThread({ ...QUESTION, threadId: "taken" }, ADA);
  const all = await Promise.allSettled([
    ...Array.from({ length: 50 }, () => service.openThread({ ...QUESTION, threadId: "taken" }, ADA)),
    service.openThread({ ...QUESTION, threadId: "free" }, ADA),
  ]);
  expect(all.map(({ status }) => status).filter((status) => status === "fulfilled")).toHaveLength(1);
  expect((await service.getThread({ threadId: "free" })).thread.title).toBe("Which way?");
});

test("a folder that cannot be written keeps neither answers nor the other reactions from their work", async () => {
  const docsFolder = scratchFile("a-file");
  writeFileSync(docsFolder, "not a folder");
  const { service, opened } = await openForum({ docsFolder });
  const { thread } = await service.openThread({ ...QUESTION, runId: "r1" }, ADA);
  await service.answerThread({ threadId: thread.id, body: "Left." }, OTTO);
  await service.openThread({ ...QUESTION, runId: "r2" }, ADA);
  const known = async () =>
    expect((await service.listRuns({})).items).toMatchObject([{ runId: "r2" }, { runId: "r1" }]);
  await vi.waitFor(known, { timeout: 5_000 });
  expect((await opened.figures()).reactions["docs"]).toBeDefined();
});
