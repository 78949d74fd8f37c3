import { isFanfareError } from "@fanfare/protocol";
import { expect } from "vitest";
import type { NotesService } from "./notes-app.ts";

interface Case {
  readonly name: string;
  run(service: NotesService): Promise<void>;
}

const ADA = { actor: { type: "human", name: "ada" } } as const;
const BOB = { actor: { type: "agent", name: "Bób/1 %" } } as const;

/** Code and message of a refusal, which must be the same wherever the service is. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (isFanfareError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return "nothing was refused";
}

/** What holds for the notes' service in this process and over HTTP alike; each case on a service of its own. */
export const notesContract: readonly Case[] = [
  {
    name: "an added note is shown as it was answered, with its author",
    async run(service) {
      const added = await service.addNote({ text: "milk" }, BOB);
      expect(added).toMatchObject({ text: "milk", author: "Bób/1 %", done: false, version: 1 });
      await expect(service.showNote({ note: added.id })).resolves.toEqual(added);
    },
  },
  {
    name: "numbers, truth values and lists of the input arrive as what they are",
    async run(service) {
      for (const caller of [ADA, BOB, ADA]) await service.addNote({ text: "x" }, caller);
      const [first] = (await service.listNotes({ limit: 1 })).notes;
      await service.finishNote({ note: first?.id ?? "", version: 1 });
      expect((await service.listNotes({ done: false })).notes).toHaveLength(2);
      expect((await service.listNotes({ done: true, author: ["ada", "Bób/1 %"] })).notes).toHaveLength(1);
      expect((await service.listNotes({ author: ["nobody & co"] })).notes).toEqual([]);
    },
  },
  {
    name: "a method without an output answers nothing",
    async run(service) {
      const { id } = await service.addNote({ text: "milk" }, ADA);
      await expect(service.removeNote({ note: id })).resolves.toBeUndefined();
      expect(await refusalOf(service.removeNote({ note: id }))).toBe("not_found note: there is no such note");
    },
  },
  {
    name: "refusals are the same: what is not there, what the state forbids, what has no actor",
    async run(service) {
      const { id } = await service.addNote({ text: "milk" }, ADA);
      expect(await refusalOf(service.showNote({ note: "no/such note" }))).toMatch(/^not_found /);
      expect(await refusalOf(service.finishNote({ note: id, version: 9 }))).toBe(
        "conflict version: the note has version 1",
      );
      expect(await refusalOf(service.addNote({ text: "milk" }))).toBe("forbidden actor: the credential names none");
    },
  },
  {
    name: "inputs of another shape are refused, naming the field",
    async run(service) {
      expect(await refusalOf(service.addNote({ text: "" }, ADA))).toMatch(/^invalid_request text: /);
      expect(await refusalOf(service.addNote({ text: 7 } as never, ADA))).toBe(
        "invalid_request text: must be a string",
      );
      expect(await refusalOf(service.addNote({ text: "a", more: 1 } as never, ADA))).toMatch(/^invalid_request .*more/);
      expect(await refusalOf(service.listNotes({ limit: 101 }))).toMatch(/^invalid_request limit: /);
      expect(await refusalOf(service.listNotes({ limit: "many" } as never))).toMatch(/^invalid_request limit: /);
      expect(await refusalOf(service.listNotes({ done: "perhaps" } as never))).toMatch(/^invalid_request done: /);
    },
  },
  {
    name: "the same call with the same Idempotency-Key has one effect and one answer",
    async run(service) {
      const caller = { ...ADA, idempotencyKey: "7 of 9" };
      const first = await service.addNote({ text: "milk" }, caller);
      await expect(service.addNote({ text: "milk" }, caller)).resolves.toEqual(first);
      await expect(service.addNote({ text: "milk", list: "home" }, caller)).resolves.toEqual(first);
      expect(await refusalOf(service.addNote({ text: "eggs" }, caller))).toMatch(/^key_reused /);
      expect(await refusalOf(service.addNote({ text: "a" }, { ...ADA, idempotencyKey: "" }))).toMatch(
        /^invalid_request Idempotency-Key: /,
      );
      await service.addNote({ text: "milk" }, { ...BOB, idempotencyKey: "7 of 9" });
      expect((await service.listNotes({})).notes).toHaveLength(2);
    },
  },
];
