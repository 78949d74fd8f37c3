import type { ThreadKind, EntryType } from "../domain/entry.ts";
import type { ActorType, ViewerType } from "../domain/actor.ts";
import type { RunStatus } from "../domain/agent.ts";
import type { State } from "../domain/state.ts";

/** All tables of the forum by their names; times are milliseconds since 1970, flags are 0 or 1. */
export interface ForumTables {
  forum_threads: ThreadRow;
  forum_entries: EntryRow;
  forum_reads: ReadRow;
  forum_attempts: AttemptRow;
  forum_requests: RequestRow;
  forum_stats: StatsRow;
  forum_runs: RunRow;
  forum_run_tickets: RunTicketRow;
  forum_agents: AgentRow;
}

export interface ThreadRow {
  /** In the order of opening. */
  number: number;
  id: string;
  kind: ThreadKind;
  ticket: string;
  run: string | null;
  agent: string | null;
  title: string;
  state: State;
  /** The rank: 0 is `low`, 3 is `urgent`. */
  priority: number;
  assignee_type: ActorType | null;
  assignee_name: string | null;
  opener_type: ActorType;
  opener_name: string | null;
  opened_at: number;
  updated_at: number;
  closed_at: number | null;
  posts: number;
  last_post: number;
  last_post_at: number;
  author_type: ActorType;
  author_name: string | null;
  other_post: number;
  last_sequence: number;
  last_actor: Exclude<ActorType, "system"> | null;
  asked: number;
  answered: number;
  pending: number;
  unanswered: number;
  waiting_since: number | null;
  escalated: number;
}

export interface EntryRow {
  sequence: number;
  id: string;
  thread: number;
  type: EntryType;
  time: number;
  actor_type: ActorType;
  actor_name: string | null;
  correlation: string;
  causation: string | null;
  /** The text of a post. */
  body: string | null;
  /** The change as JSON, without a text that stands in `body`. */
  change: string;
}

export interface ReadRow {
  viewer_type: ViewerType;
  viewer_id: string;
  thread: number;
  seen: number;
  seen_at: number;
}

export interface AttemptRow {
  thread: number;
  attempt: string;
  number: number;
}

export interface RequestRow {
  thread: number;
  request: string;
  attempt: number;
  asked: number;
  /** Sequence of its answer, or of the signal that began a new attempt; null while it is pending. */
  ended: number | null;
}

export interface StatsRow {
  ticket: string;
  /** Empty for threads without a run. */
  run: string;
  kind: ThreadKind;
  state: State;
  priority: number;
  threads: number;
  unanswered: number;
  updated_at: number;
}

export interface RunRow {
  run: string;
  status: RunStatus;
  /** Sequence of the last entry that told of it. */
  last_sequence: number;
  updated_at: number;
}

export interface RunTicketRow {
  run: string;
  ticket: string;
}

export interface AgentRow {
  run: string;
  agent: string;
  thread: string;
  ticket: string;
  /** The agent's state as JSON. */
  state: string;
  /** Sequence of the last signal that it was made of. */
  last_sequence: number;
  updated_at: number;
}
