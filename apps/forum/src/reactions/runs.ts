import { formatTime, type FanfareEvent } from "@fanfare/protocol";
import type { EventReaction } from "fanfare/app";
import type { ThreadEvent } from "../contract/events.ts";
import { afterSignal, runStatus } from "../domain/agent.ts";
import type { Change } from "../domain/entry.ts";
import { FORUM_TOPICS, RUNS_TOPIC } from "../domain/topic.ts";
import type { ForumTransaction } from "../store/database.ts";
import { findAgents, findRun, keepAgent, keepRun } from "../store/runs.ts";
import type { ForumTables } from "../store/tables.ts";

/** Keeps what the forum hears of runs and their agents, and tells when the state of a run changes. */
export const runsReaction: EventReaction<ForumTables> = {
  topics: [FORUM_TOPICS],
  filter: { in: { type: ["forum.thread.opened", "forum.control.signal"] } },
  async handle(event, tx) {
    const { thread, entry } = dataOf(event);
    if (thread.runId === undefined) return;
    await keepSignal(tx, thread.runId, { thread, entry });
    const agents = await findAgents(tx, thread.runId);
    const status = runStatus(agents.map(({ state }) => state));
    const before = await findRun(tx, thread.runId);
    const sequence = Math.max(entry.sequence, ...agents.map(({ lastSequence }) => lastSequence));
    const row = { run: thread.runId, status, last_sequence: sequence, updated_at: Date.parse(entry.time) };
    await keepRun(tx, row, thread.ticket);
    if (before?.status === status) return;
    await tx.outbox.add(RUNS_TOPIC, {
      type: "forum.run.changed",
      time: formatTime(row.updated_at),
      attributes: { run: thread.runId, status },
      data: { version: 1, runId: thread.runId, status },
    });
  },
};

/** The agent after a signal; one that was heard already changes nothing. */
async function keepSignal(tx: ForumTransaction, run: string, { thread, entry }: Omit<ThreadEvent, "version">) {
  // The names in it are as the domain's own, whose types no JSON can have.
  const change = entry.change as Change;
  const { agentName } = thread;
  if (change.type !== "forum.control.signal" || agentName === undefined) return;
  const known = (await findAgents(tx, run)).find((agent) => agent.agentName === agentName);
  if (known !== undefined && known.lastSequence >= entry.sequence) return;
  await keepAgent(tx, run, {
    agentName,
    threadId: thread.id,
    ticket: thread.ticket,
    state: afterSignal(known?.state, change.attempt, change.signal),
    lastSequence: entry.sequence,
    updatedAt: Date.parse(entry.time),
  });
}

/** Contracts were checked when the event was published. */
function dataOf({ data }: FanfareEvent): ThreadEvent {
  return data as unknown as ThreadEvent;
}
