import { expect, test } from "vitest";
import { readingPage } from "../core/reading.ts";
import { ADA, openNotes } from "../../testing/opened-notes.ts";
import { scratchFolder } from "../../testing/scratch-folder.ts";

const path = scratchFolder();

test("a write changes the tables and publishes, and a reaction keeps a tally of it", async () => {
  const { service, hub, opened } = await openNotes(path("notes.db"));
  const { id } = await service.addNote({ text: "milk" }, ADA);
  await expect(service.showNote({ note: id })).resolves.toMatchObject({ text: "milk", author: "ada", done: false });
  await expect(opened.settled(5_000)).resolves.toBe(true);
  const { events } = readingPage(await hub.read({ topics: ["notes.>"] }));
  expect(events).toMatchObject([{ topic: "notes.home", type: "note.added", data: { note: id, text: "milk" } }]);
  await expect(service.tally({ author: "ada" })).resolves.toEqual({ notes: 1 });
});

test("a transaction that throws leaves neither rows nor events behind", async () => {
  const { service, hub, opened } = await openNotes(path("notes.db"));
  const { id } = await service.addNote({ text: "milk" }, ADA);
  await expect(service.finishNote({ note: id, version: 7 })).rejects.toMatchObject({ code: "conflict" });
  await opened.settled(5_000);
  expect((await hub.read({})).entries).toHaveLength(1);
  await expect(service.showNote({ note: id })).resolves.toMatchObject({ done: false, version: 1 });
});
