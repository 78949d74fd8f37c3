import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ADA, HEDY, openForum, OTTO } from "../../testing/opened-forum.ts";
import type { ThreadId, Ticket } from "../domain/ids.ts";
import { summaryPath, writeSummary } from "./summary-file.ts";

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-docs-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("an answered thread is written down, and again when it is closed", async () => {
  const docsFolder = await scratch();
  const { service, opened } = await openForum({ docsFolder, now: 0 });
  const question = { ticket: "T-42", title: "Which *way*?", body: "# Left\n\nor right?", threadId: "way" };
  await service.openThread(question, ADA);
  await service.answerThread({ threadId: "way", body: "Left.\n" }, OTTO);
  await expect(opened.settled(5_000)).resolves.toBe(true);
  const path = join(docsFolder, "T-42", "way.md");
  expect(await readFile(path, "utf8")).toBe(`# Which \\*way\\*?

- Ticket: T-42
- Thread: way
- State: answered
- Priority: normal
- Opened: 1970-01-01T00:00:00.000Z by agent ada
- Last change: 1970-01-01T00:00:00.000Z

## 1970-01-01T00:00:00.000Z, agent ada

> # Left
>
> or right?

## 1970-01-01T00:00:00.000Z, operator otto

> Left.
`);
  await service.closeThread({ threadId: "way" }, HEDY);
  await expect(opened.settled(5_000)).resolves.toBe(true);
  expect(await readFile(path, "utf8")).toContain("- State: closed\n");
  expect(await readdir(join(docsFolder, "T-42"))).toEqual(["way.md"]);
});

test("no ticket leads out of the folder", async () => {
  const docsFolder = await scratch();
  const { service, opened } = await openForum({ docsFolder });
  for (const ticket of ["../../etc", "..", "a/b", ".", "con: aux"]) {
    const { thread } = await service.openThread({ ticket, title: "?", body: "?" }, ADA);
    await service.closeThread({ threadId: thread.id }, ADA);
  }
  await expect(opened.settled(5_000)).resolves.toBe(true);
  const folders = await readdir(docsFolder);
  expect(folders).toHaveLength(5);
  for (const name of folders) expect(name).toMatch(/^--[A-Za-z0-9_-]+$/);
});

test("without a folder nothing is asked for that nobody would do", async () => {
  const { service } = await openForum();
  const { thread } = await service.openThread({ ticket: "T-42", title: "?", body: "?" }, ADA);
  const { entries } = await service.closeThread({ threadId: thread.id }, ADA);
  expect(entries.map(({ change }) => change.type)).toEqual(["forum.thread.closed"]);
});

test("a summary that cannot be put in its place leaves no rest of itself", async () => {
  const folder = await scratch();
  const path = summaryPath(folder, { ticket: "T" as Ticket, id: "t" as ThreadId });
  await mkdir(path, { recursive: true });
  await expect(writeSummary(path, "a file")).rejects.toThrow("EISDIR");
  expect(await readdir(join(folder, "T"))).toEqual(["t.md"]);
});
