import type { Call } from "fanfare/app";
import type { AnswerThread, SignalInput } from "../contract/inputs.ts";
import type { Actor } from "../domain/actor.ts";
import type { Policy } from "../domain/conversing.ts";
import type { ThreadId, Ticket } from "../domain/ids.ts";
import { openControl } from "../domain/opening.ts";
import type { AgentKey } from "../domain/signal.ts";
import { signal, type SignalDraft, type Signalled } from "../domain/signalling.ts";
import { agentName, runId, ticket } from "../domain/text.ts";
import type { Thread } from "../domain/thread.ts";
import { threadTopic } from "../domain/topic.ts";
import type { ForumTransaction } from "../store/database.ts";
import { readDesk } from "../store/desk.ts";
import { findControlThread, type StoredThread } from "../store/threads.ts";
import { commit, commitOpening, type Clock, type Committed } from "./commit.ts";
import { granted } from "./refused.ts";

/** In whose name, and by which rules. */
export interface By {
  readonly actor: Actor;
  readonly policy: Policy;
  readonly clock: Clock;
}

/** Writes a signal into the agent's control thread, which stays with the ticket of its first signal. */
export async function commitSignal(tx: ForumTransaction, given: SignalInput, call: Call, by: By): Promise<Committed> {
  const key: AgentKey = { runId: granted(runId(given.runId)), agentName: granted(agentName(given.agentName)) };
  const about = granted(ticket(given.ticket));
  const found = await findControlThread(tx, key);
  const id = found?.thread.id ?? (by.clock.uuid() as ThreadId);
  call.require("publish", threadTopic(found?.thread.ticket ?? about, id));
  const draft = await decide(tx, found, { key, signal: given.signal, attemptId: given.attemptId }, by);
  const opened = found === undefined ? await open(tx, { id, about, key }, by) : { stored: found, entries: [] };
  const done = await commit(tx, opened.stored, [draft], given, by.clock);
  return { ...done, entries: [...opened.entries, ...done.entries] };
}

/** A person's answer in a control thread, as the signal that it is. */
export async function answerControl(
  tx: ForumTransaction,
  stored: StoredThread,
  given: AnswerThread,
  by: By,
): Promise<Committed> {
  const key = keyOf(stored.thread);
  const reply: SignalDraft = { type: "guidance_answer", answer: given.body, requestId: given.requestId };
  const draft = await decide(tx, stored, { key, signal: reply }, by);
  return commit(tx, stored, [draft], given, by.clock);
}

async function decide(
  tx: ForumTransaction,
  stored: StoredThread | undefined,
  given: Omit<Signalled, "newId">,
  { actor, policy, clock }: By,
) {
  const requestId = "requestId" in given.signal ? given.signal.requestId : undefined;
  const desk = await readDesk(tx, stored?.number, { attemptId: given.attemptId, requestId });
  return granted(signal(desk, actor, { ...given, newId: clock.uuid() }, policy));
}

/** Whose signals the thread holds; every control thread says it. */
function keyOf({ id, runId: run, agentName: agent }: Thread): AgentKey {
  if (run === undefined || agent === undefined) throw new TypeError(`${id} is no control thread`);
  return { runId: run, agentName: agent };
}

function open(
  tx: ForumTransaction,
  { id, about, key }: { readonly id: ThreadId; readonly about: Ticket; readonly key: AgentKey },
  { clock }: By,
): Promise<Committed> {
  return commitOpening(tx, openControl(id, about, key), {}, clock);
}
