import type { Runtime } from "fanfare";
import type { Draft } from "../domain/draft.ts";
import type { Change, Entry } from "../domain/entry.ts";
import { line } from "../domain/text.ts";
import { NAME_CHARACTERS } from "../domain/limits.ts";
import type { Opening } from "../domain/opening.ts";
import { refuse } from "../domain/refusal.ts";
import { begin, evolve, type Thread } from "../domain/thread.ts";
import { threadTopic } from "../domain/topic.ts";
import type { ForumTransaction } from "../store/database.ts";
import { keepSignal } from "../store/desk.ts";
import { appendEntries, nextSequence } from "../store/entries.ts";
import { index } from "../store/search.ts";
import { count } from "../store/stats.ts";
import { insertThread, replaceThread, type StoredThread } from "../store/threads.ts";
import { toEvent } from "./publishing.ts";
import { granted } from "./refused.ts";

/** Where a write stands among others, as the caller says. */
export interface Trace {
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
}

export type Clock = Pick<Runtime, "now" | "uuid">;

/** A thread and what was added to it. */
export interface Committed {
  readonly stored: StoredThread;
  readonly entries: readonly Entry[];
}

/** A thread after each of the entries that are added to it. */
interface Step {
  readonly thread: Thread;
  readonly entry: Entry;
}

/** Writes a new thread, its first entry and its event. */
export async function commitOpening(
  tx: ForumTransaction,
  opening: Opening,
  trace: Trace,
  clock: Clock,
): Promise<Committed> {
  const [entry] = toEntries([opening], await nextSequence(tx), trace, clock);
  if (entry === undefined) throw new Error("a draft without an entry");
  const thread = begin(entry);
  const stored = { number: await insertThread(tx, thread), thread };
  await record(tx, undefined, stored, [{ thread, entry }]);
  return { stored, entries: [entry] };
}

/** Writes what the drafts make of a thread: its row, their entries, what is derived from both, and the events. */
export async function commit(
  tx: ForumTransaction,
  before: StoredThread,
  drafts: readonly Draft[],
  trace: Trace,
  clock: Clock,
): Promise<Committed> {
  if (drafts.length === 0) return { stored: before, entries: [] };
  const steps: Step[] = [];
  let { thread } = before;
  for (const entry of toEntries(drafts, await nextSequence(tx), trace, clock)) {
    thread = evolve(thread, entry);
    steps.push({ thread, entry });
  }
  const stored = { number: before.number, thread };
  if (!(await replaceThread(tx, before, thread)))
    granted(refuse("version_conflict", `threadId: ${thread.id} has changed`));
  await record(tx, before.thread, stored, steps);
  return { stored, entries: steps.map(({ entry }) => entry) };
}

async function record(
  tx: ForumTransaction,
  before: Thread | undefined,
  after: StoredThread,
  steps: readonly Step[],
): Promise<void> {
  await appendEntries(
    tx,
    after.number,
    steps.map(({ entry }) => entry),
  );
  await count(tx, before, after.thread);
  for (const { thread, entry } of steps) {
    await index(tx, after, entry);
    await keepSignal(tx, after.number, entry);
    await tx.outbox.add(threadTopic(thread.ticket, thread.id), toEvent(thread, entry));
  }
}

/** What comes after the first was caused by it. */
function toEntries<Kind extends Change>(
  drafts: readonly Draft<Kind>[],
  sequence: number,
  trace: Trace,
  clock: Clock,
): readonly Entry<Kind>[] {
  const time = clock.now();
  const first = clock.uuid();
  const correlationId = given("correlationId", trace.correlationId) ?? first;
  return drafts.map(({ actor, change }, at) => ({
    sequence: sequence + at,
    id: at === 0 ? first : clock.uuid(),
    time,
    actor,
    correlationId,
    causationId: at === 0 ? given("causationId", trace.causationId) : first,
    change,
  }));
}

function given(field: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : granted(line(field, text, NAME_CHARACTERS));
}
