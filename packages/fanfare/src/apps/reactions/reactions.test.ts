import { FanfareError, type FanfareEvent, type Gap, type Pattern } from "@fanfare/protocol";
import { expect, onTestFinished, test } from "vitest";
import {
  count,
  notesSpec,
  type NotesSpec,
  type NotesTables,
  type NotesTransaction,
} from "../../../testing/notes-app.ts";
import { ADA, openNotes } from "../../../testing/opened-notes.ts";
import { scratchFolder } from "../../../testing/scratch-folder.ts";
import type { Hub } from "../../core/hub.ts";
import { createHub } from "../../hub/create-hub.ts";
import { memoryLog } from "../../memory.ts";
import { ReactionsDesk } from "./desk.ts";
import type { EventReaction } from "./reaction.ts";

type NotesReaction = EventReaction<NotesTables>;
type Reactions = NonNullable<NotesSpec["reactions"]>;

const path = scratchFolder();
const QUICK = { attempts: 3, baseMs: 1, maxMs: 2 };

/** A reaction that tallies by type, and does something before. */
const tallying = (before: (event: FanfareEvent) => void, more: Partial<NotesReaction> = {}): Reactions => ({
  tally: {
    topics: ["notes.>"],
    retry: QUICK,
    ...more,
    async handle(event, tx) {
      before(event);
      await count(tx, event.type, event.position);
    },
  },
});

function newHub(log = memoryLog()): Hub {
  const hub: Hub = createHub({ log });
  onTestFinished(() => hub.close());
  return hub;
}

async function publish(hub: Hub, ...types: string[]): Promise<void> {
  for (const type of types) await hub.publish("notes.home", { type });
}

const publishAtOnce = (hub: Hub, types: readonly string[]) =>
  hub.publish(
    "notes.home",
    types.map((type) => ({ type })),
  );

test("events are handled in their order, once, also after a new start", async () => {
  const hub = newHub();
  const seen: number[] = [];
  const spec = { reactions: tallying(({ position }) => void seen.push(position)) };
  const db = path("notes.db");
  await publish(hub, "a", "b", "a");
  const first = await openNotes(db, { hub, spec });
  expect(await first.opened.settled(5_000)).toBe(true);
  await first.opened.close();
  await publish(hub, "a");
  const second = await openNotes(db, { hub, spec });
  expect(await second.opened.settled(5_000)).toBe(true);
  expect(seen).toEqual([1, 2, 3, 4]);
  await expect(second.service.tally({ author: "a" })).resolves.toEqual({ notes: 3 });
  expect((await second.opened.figures()).reactions).toMatchObject({
    tally: { position: 4, lag: 0, handled: 4, gaps: 0 },
  });
});

test("a failing event is tried again, then set aside, and what is behind it waits for that and is handled", async () => {
  const hub = newHub();
  const tried: string[] = [];
  const reactions = tallying(({ type }) => {
    tried.push(type);
    if (type === "bad") throw new Error("no such thing");
  });
  const { opened, service, lines } = await openNotes(path("notes.db"), { hub, spec: { reactions } });
  await publishAtOnce(hub, ["a", "bad", "b"]);
  expect(await opened.settled(5_000)).toBe(true);
  // All of the page at once, then step by step.
  expect(tried).toEqual(["a", "bad", "a", "bad", "bad", "bad", "b"]);
  await expect(service.tally({ author: "a" })).resolves.toEqual({ notes: 1 });
  await expect(service.tally({ author: "b" })).resolves.toEqual({ notes: 1 });
  const { tally } = (await opened.figures()).reactions;
  expect(tally).toMatchObject({ handled: 2, dead: 1, attempts: 0, lastError: { message: "no such thing" } });
  expect(lines).toContain("error a reaction could not handle an event, which is a dead letter now");
});

test("an event that fails for a while is handled once it does not", async () => {
  const hub = newHub();
  let failures = 0;
  const reactions = tallying(() => {
    failures += 1;
    if (failures < 3) throw new Error("not yet");
  });
  const { opened, service } = await openNotes(path("notes.db"), { hub, spec: { reactions } });
  await publish(hub, "a");
  expect(await opened.settled(5_000)).toBe(true);
  await expect(service.tally({ author: "a" })).resolves.toEqual({ notes: 1 });
  expect((await opened.figures()).reactions["tally"]).toMatchObject({ dead: 0, attempts: 0, handled: 1 });
});

test("what is unavailable around an event counts for nothing, however long it takes", async () => {
  const hub = newHub();
  let tries = 0;
  const reactions = tallying(() => {
    tries += 1;
    if (tries <= 10) throw new FanfareError("unavailable", "the mail server is away");
  });
  const { opened, lines } = await openNotes(path("notes.db"), { hub, spec: { reactions } });
  await publish(hub, "a");
  expect(await opened.settled(10_000)).toBe(true);
  expect(tries).toBe(11);
  expect((await opened.figures()).reactions["tally"]).toMatchObject({ dead: 0, handled: 1 });
  expect(lines.filter((line) => line === "error a reaction is held up")).toHaveLength(1);
});

test("one reaction that fails for ever holds up no other one, and no request", async () => {
  const hub = newHub();
  const stuck: EventReaction<NotesTables> = {
    topics: ["notes.>"],
    handle: () => Promise.reject(new FanfareError("unavailable", "away")),
    retry: { baseMs: 1, maxMs: 1 },
  };
  const reactions = { ...tallying(() => undefined), stuck };
  const { opened, service } = await openNotes(path("notes.db"), { hub, spec: { reactions } });
  await service.addNote({ text: "milk" }, ADA);
  await expect.poll(() => service.tally({ author: "note.added" })).toEqual({ notes: 1 });
  const { tally, stuck: figures } = (await opened.figures()).reactions;
  expect([tally?.lag, figures?.lag]).toEqual([0, 1]);
  expect(await opened.settled(1)).toBe(false);
});

test("a gap is a value for the reaction too, told once with the event behind it", async () => {
  const log = memoryLog();
  const hub = newHub(log);
  const db = path("notes.db");
  const gaps: Gap[] = [];
  const spec = { reactions: tallying(() => undefined, { gap: async (gap) => void gaps.push(gap) }) };
  await publish(hub, "a");
  const first = await openNotes(db, { hub, spec });
  await first.opened.settled(5_000);
  await first.opened.close();
  await publish(hub, "b", "c", "d");
  await log.trim({ rules: [{ topics: ">" as Pattern, maxEvents: 1 }], now: Date.now() });
  // A hub that was there before has them in its memory.
  const second = await openNotes(db, { hub: newHub(log), spec });
  expect(await second.opened.settled(5_000)).toBe(true);
  expect(gaps).toEqual([{ reason: "trimmed", from: 1, to: 3 }]);
  expect((await second.opened.figures()).reactions["tally"]).toMatchObject({ handled: 2, gaps: 1, position: 4 });
  await expect(second.service.tally({ author: "d" })).resolves.toEqual({ notes: 1 });
});

test("a log that is another one is a gap, after which the reaction reads on from its start", async () => {
  const db = path("notes.db");
  const [old, next] = [newHub(), newHub()];
  const spec = { reactions: tallying(() => undefined) };
  await publish(old, "a", "a");
  const first = await openNotes(db, { hub: old, spec });
  await first.opened.settled(5_000);
  await first.opened.close();
  await publish(next, "b");
  const second = await openNotes(db, { hub: next, spec });
  expect(await second.opened.settled(5_000)).toBe(true);
  expect(second.lines).toContain("warn a reaction missed events: reset, positions 0 to 0");
  expect((await second.opened.figures()).reactions["tally"]).toMatchObject({ handled: 3, gaps: 1, position: 1 });
});

test("a gap that cannot be handled is a dead letter, and a person may have it handled again", async () => {
  const log = memoryLog();
  const hub = newHub(log);
  const db = path("notes.db");
  let broken = true;
  const gaps: Gap[] = [];
  const gap = async (one: Gap): Promise<void> => {
    if (broken) throw new Error("what now?");
    gaps.push(one);
  };
  await publish(hub, "a", "b");
  await log.trim({ rules: [{ topics: ">" as Pattern, maxEvents: 1 }], now: Date.now() });
  const reactions = tallying(() => undefined, { gap, topics: ["notes.home"] });
  const { opened, service } = await openNotes(db, { hub: newHub(log), spec: { reactions } });
  await expect.poll(async () => (await opened.figures()).reactions["tally"]?.dead).toBe(1);
  broken = false;
  using desk = new ReactionsDesk(db);
  expect(desk.letters(10)).toMatchObject([{ number: 1, state: "dead", type: "b", attempts: 3, error: "what now?" }]);
  expect(desk.retry("dead")).toEqual([1]);
  await expect.poll(() => desk.letters(10)).toEqual([]);
  expect(gaps).toHaveLength(1);
  await expect(service.tally({ author: "b" })).resolves.toEqual({ notes: 1 });
});

test("a reaction may begin with what comes, and its filter is the log's", async () => {
  const hub = newHub();
  await publish(hub, "a");
  const reactions = tallying(() => undefined, { after: "now", filter: { exact: { type: "a" } } });
  const { opened, service } = await openNotes(path("notes.db"), { hub, spec: { reactions } });
  await expect.poll(async () => (await opened.figures()).reactions["tally"]?.position).toBe(1);
  await publish(hub, "a", "b");
  expect(await opened.settled(5_000)).toBe(true);
  await expect(service.tally({ author: "a" })).resolves.toEqual({ notes: 1 });
  await expect(service.tally({ author: "b" })).resolves.toEqual({ notes: 0 });
});

test("two processes on one file handle each event once, and run each timer once", async () => {
  const hub = newHub();
  const db = path("notes.db");
  const ticks = { ticks: { everyMs: 100, handle: (now: number, tx: NotesTransaction) => count(tx, "tick", now) } };
  const spec = { reactions: { ...tallying(() => undefined), ...ticks } };
  const begun = Date.now();
  const [one, other] = [await openNotes(db, { hub, spec }), await openNotes(db, { hub, spec })];
  for (let round = 0; round < 20; round += 1) await publishAtOnce(hub, ["a", "a", "a"]);
  await expect.poll(() => one.service.tally({ author: "a" })).toEqual({ notes: 60 });
  await expect.poll(async () => (await one.service.tally({ author: "tick" })).notes).toBeGreaterThan(3);
  const { timers, reactions } = await other.opened.figures();
  const { notes } = await one.service.tally({ author: "tick" });
  expect(reactions["tally"]?.handled).toBe(60);
  expect(notes).toBeLessThanOrEqual(1 + (Date.now() - begun) / 100);
  expect(timers["ticks"]?.runs).toBeLessThanOrEqual(notes);
});

test("a timed run that fails leaves nothing behind and is tried again", async () => {
  let runs = 0;
  const reactions: Reactions = {
    ticks: {
      everyMs: 60_000,
      async handle(now, tx) {
        await count(tx, "tick", now);
        runs += 1;
        if (runs === 1) throw new Error("not now");
      },
    },
  };
  const { opened, service, lines } = await openNotes(path("notes.db"), { spec: { reactions } });
  await expect.poll(() => service.tally({ author: "tick" })).toEqual({ notes: 1 });
  expect(runs).toBe(2);
  expect((await opened.figures()).timers["ticks"]).toMatchObject({
    runs: 1,
    failures: 0,
    lastError: { message: "not now" },
  });
  expect(lines).toEqual(["error a timed reaction failed"]);
});

test("reactions whose settings make no sense are refused at the definition", async () => {
  const refused = async (reaction: object, words: string) =>
    expect(openNotes(path("x.db"), { spec: { reactions: { x: reaction } as never } })).rejects.toThrow(words);
  const handle = async () => undefined;
  await refused({ topics: [], handle }, 'app "notes": reactions.x.topics: must name at least one');
  await refused({ topics: ["a..b"], handle }, '"a..b" is not a topic');
  await refused(
    { topics: ["a"], handle, retry: { attempts: 0 } },
    "reactions.x.retry.attempts: must be a whole number",
  );
  await refused({ topics: ["a"], handle, retry: { baseMs: 50, maxMs: 20 } }, "reactions.x.retry.maxMs: must be");
  await refused({ everyMs: 1, handle }, "reactions.x.everyMs: must be a whole number from 10");
  expect(notesSpec.name).toBe("notes");
});
