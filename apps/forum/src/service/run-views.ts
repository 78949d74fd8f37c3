import { formatTime } from "@fanfare/protocol";
import type { AgentView, RunView } from "../contract/views.ts";
import type { Agent, Run } from "../store/runs.ts";

export function toRunView({ runId, status, tickets, updatedAt }: Run): RunView {
  return { runId, status, tickets: [...tickets], updatedAt: formatTime(updatedAt) };
}

export function toAgentView({ agentName, threadId, ticket, updatedAt, state }: Agent): AgentView {
  const { attempt, pending, completed, summary, validation } = state;
  return {
    ...{ agentName, threadId, ticket, attempt, completed, summary, validation },
    pending: [...pending],
    updatedAt: formatTime(updatedAt),
  };
}
