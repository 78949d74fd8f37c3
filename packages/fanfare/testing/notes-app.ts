import { defineTopic, FanfareError } from "@fanfare/protocol";
import { z } from "zod";
import type { AppContext } from "../src/apps/context.ts";
import type { AppTransaction } from "../src/apps/database/app-database.ts";
import { defineApp, type App, type AppSpec } from "../src/apps/app.ts";
import { defineRoute, type Service } from "../src/apps/route.ts";

/** A small app for tests: notes, and a tally of them that a reaction keeps. */
export interface NotesTables {
  notes: { id: string; author: string; text: string; done: number; version: number };
  tallies: { author: string; notes: number; last: number };
}

const note = z
  .object({ id: z.string(), author: z.string(), text: z.string(), done: z.boolean(), version: z.int() })
  .meta({ id: "Note" });

export const notesRoutes = {
  addNote: defineRoute({
    method: "POST",
    path: "/notes",
    summary: "Add a note",
    input: z.object({ text: z.string().min(1).max(1_000), list: z.string().default("home") }),
    output: note,
    status: 201,
  }),
  showNote: defineRoute({
    method: "GET",
    path: "/notes/{note}",
    summary: "Show a note",
    input: z.object({ note: z.string().describe("The note's id.") }),
    output: note,
    problems: ["not_found"],
  }),
  listNotes: defineRoute({
    method: "GET",
    path: "/notes",
    summary: "List notes",
    input: z.object({
      author: z.array(z.string()).optional(),
      done: z.boolean().optional(),
      limit: z.int().min(1).max(100).default(50),
    }),
    output: z.object({ notes: z.array(note) }),
  }),
  finishNote: defineRoute({
    method: "POST",
    path: "/notes/{note}/finish",
    summary: "Finish a note",
    input: z.object({ note: z.string(), version: z.int().optional() }),
    output: note,
    problems: ["not_found", "conflict"],
  }),
  removeNote: defineRoute({
    method: "DELETE",
    path: "/notes/{note}",
    summary: "Remove a note",
    input: z.object({ note: z.string() }),
    problems: ["not_found"],
  }),
  tally: defineRoute({
    method: "GET",
    path: "/tallies/{author}",
    summary: "Show how many notes somebody has added",
    input: z.object({ author: z.string() }),
    output: z.object({ notes: z.int() }),
  }),
};

export type NotesRoutes = typeof notesRoutes;
export type NotesService = Service<NotesRoutes>;
export type NotesSpec = AppSpec<NotesTables, NotesRoutes>;
export type NotesTransaction = AppTransaction<NotesTables>;

type NoteRow = NotesTables["notes"];

const toNote = (row: NoteRow) => ({ ...row, done: row.done === 1 });

async function found(tx: NotesTransaction, id: string): Promise<NoteRow> {
  const row = await tx.selectFrom("notes").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw new FanfareError("not_found", "note: there is no such note");
  return row;
}

const service: NotesSpec["service"] = ({ db, runtime }: AppContext<NotesTables>) => ({
  addNote: ({ text, list }, call) => {
    call.require("publish", `notes.${list}`);
    const author = call.requireActor().name;
    return db.transaction((tx) =>
      tx.once(call, async () => {
        const row = { id: runtime.uuid(), author, text, done: 0, version: 1 };
        await tx.insertInto("notes").values(row).execute();
        await tx.outbox.add(`notes.${list}`, {
          type: "note.added",
          attributes: { author },
          data: { note: row.id, text },
        });
        return toNote(row);
      }),
    );
  },
  showNote: async ({ note: id }, call) => {
    call.require("subscribe", "notes.>");
    const row = await db.reader.selectFrom("notes").selectAll().where("id", "=", id).executeTakeFirst();
    if (row === undefined) throw new FanfareError("not_found", "note: there is no such note");
    return toNote(row);
  },
  listNotes: async ({ author, done, limit }) => {
    let rows = db.reader.selectFrom("notes").selectAll().orderBy("id").limit(limit);
    if (author !== undefined) rows = rows.where("author", "in", author);
    if (done !== undefined) rows = rows.where("done", "=", Number(done));
    return { notes: (await rows.execute()).map(toNote) };
  },
  finishNote: ({ note: id, version }) =>
    db.transaction(async (tx) => {
      const row = await found(tx, id);
      if (version !== undefined && version !== row.version)
        throw new FanfareError("conflict", `version: the note has version ${row.version}`);
      const next = { ...row, done: 1, version: row.version + 1 };
      await tx.updateTable("notes").set({ done: 1, version: next.version }).where("id", "=", id).execute();
      await tx.outbox.add("notes.home", {
        type: "note.finished",
        attributes: { author: row.author },
        data: { note: id },
      });
      return toNote(next);
    }),
  removeNote: ({ note: id }) =>
    db.transaction(async (tx) => {
      await found(tx, id);
      await tx.deleteFrom("notes").where("id", "=", id).execute();
    }),
  tally: async ({ author }) => {
    const row = await db.reader.selectFrom("tallies").select("notes").where("author", "=", author).executeTakeFirst();
    return { notes: row?.notes ?? 0 };
  },
});

/** Counts a note of the author: the effect of the reaction. */
export async function count(tx: NotesTransaction, author: string, position: number): Promise<void> {
  await tx
    .insertInto("tallies")
    .values({ author, notes: 1, last: position })
    .onConflict((conflict) =>
      conflict.column("author").doUpdateSet(({ eb }) => ({ notes: eb("tallies.notes", "+", 1), last: position })),
    )
    .execute();
}

export const notesSpec: NotesSpec = {
  name: "notes",
  topics: [
    defineTopic("notes.*", {
      "note.added": z.object({ note: z.string(), text: z.string() }),
      "note.finished": z.object({ note: z.string() }),
    }),
  ],
  migrations: {
    "001 notes": {
      async up(db) {
        await db.schema
          .createTable("notes")
          .addColumn("id", "text", (column) => column.primaryKey())
          .addColumn("author", "text", (column) => column.notNull())
          .addColumn("text", "text", (column) => column.notNull())
          .addColumn("done", "integer", (column) => column.notNull())
          .addColumn("version", "integer", (column) => column.notNull())
          .execute();
      },
    },
    "002 tallies": {
      async up(db) {
        await db.schema
          .createTable("tallies")
          .addColumn("author", "text", (column) => column.primaryKey())
          .addColumn("notes", "integer", (column) => column.notNull())
          .addColumn("last", "integer", (column) => column.notNull())
          .execute();
      },
    },
  },
  routes: notesRoutes,
  service,
  reactions: {
    tally: {
      topics: ["notes.*"],
      filter: { exact: { type: "note.added" } },
      handle: (event, tx) => count(tx, String(event.attributes["author"]), event.position),
    },
  },
};

export const notes: App<NotesRoutes> = defineApp(notesSpec);
