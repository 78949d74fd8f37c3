import { sql } from "kysely";
import type { AgentState, RunStatus } from "../domain/agent.ts";
import { accept, type Decision } from "../domain/refusal.ts";
import { readCursor, writeCursor, type Page } from "./cursor.ts";
import type { ForumReader, ForumTransaction } from "./database.ts";
import type { RunRow } from "./tables.ts";

/** What the forum has heard of a run. */
export interface Run {
  readonly runId: string;
  readonly status: RunStatus;
  readonly tickets: readonly string[];
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
}

/** What the forum has heard of an agent in a run. */
export interface Agent {
  readonly agentName: string;
  readonly threadId: string;
  readonly ticket: string;
  readonly state: AgentState;
  /** Sequence of the last signal. */
  readonly lastSequence: number;
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
}

export async function findRun(db: ForumReader, run: string): Promise<Run | undefined> {
  const row = await db.selectFrom("forum_runs").selectAll().where("run", "=", run).executeTakeFirst();
  return row === undefined ? undefined : toRun(row, await ticketsOf(db, [run]));
}

export interface RunsQuery {
  readonly ticket?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The run last heard of first. */
export async function pageOfRuns(db: ForumReader, query: RunsQuery): Promise<Decision<Page<Run>>> {
  const after = readCursor("runs", query.cursor, 1);
  if (!after.accepted) return after;
  const rows = await runsQuery(db, query, after.value?.[0]).execute();
  const page = rows.slice(0, query.limit);
  const tickets = await ticketsOf(
    db,
    page.map(({ run }) => run),
  );
  const last = page.at(-1);
  const next = rows.length > query.limit && last !== undefined ? writeCursor("runs", [last.last_sequence]) : undefined;
  return accept({ items: page.map((row) => toRun(row, tickets)), next });
}

/** One row more than the page. */
export function runsQuery(db: ForumReader, { ticket, limit }: RunsQuery, before: number | undefined) {
  return db
    .selectFrom("forum_runs")
    .selectAll()
    .$if(before !== undefined, (query) => query.where("last_sequence", "<", before ?? 0))
    .$if(ticket !== undefined, (query) =>
      query.where(({ exists, selectFrom }) =>
        exists(
          selectFrom("forum_run_tickets")
            .select(sql.lit(1).as("one"))
            .whereRef("forum_run_tickets.run", "=", "forum_runs.run")
            .where("forum_run_tickets.ticket", "=", ticket ?? ""),
        ),
      ),
    )
    .orderBy("last_sequence", "desc")
    .limit(sql.lit(limit + 1));
}

export async function findAgents(db: ForumReader, run: string): Promise<readonly Agent[]> {
  const rows = await db.selectFrom("forum_agents").selectAll().where("run", "=", run).orderBy("agent").execute();
  return rows.map((row) => ({
    agentName: row.agent,
    threadId: row.thread,
    ticket: row.ticket,
    state: JSON.parse(row.state) as AgentState,
    lastSequence: row.last_sequence,
    updatedAt: row.updated_at,
  }));
}

export async function keepAgent(tx: ForumTransaction, run: string, agent: Agent): Promise<void> {
  const row = {
    thread: agent.threadId,
    ticket: agent.ticket,
    state: JSON.stringify(agent.state),
    last_sequence: agent.lastSequence,
    updated_at: agent.updatedAt,
  };
  await tx
    .insertInto("forum_agents")
    .values({ run, agent: agent.agentName, ...row })
    .onConflict((conflict) => conflict.columns(["run", "agent"]).doUpdateSet(row))
    .execute();
}

/** What is heard of a run. Nothing is older than what was heard before, except where it comes again. */
export async function keepRun(tx: ForumTransaction, run: RunRow, ticket: string): Promise<void> {
  const { status, last_sequence, updated_at } = run;
  await tx
    .insertInto("forum_runs")
    .values(run)
    .onConflict((conflict) => conflict.column("run").doUpdateSet({ status, last_sequence, updated_at }))
    .execute();
  await tx
    .insertInto("forum_run_tickets")
    .values({ run: run.run, ticket })
    .onConflict((conflict) => conflict.columns(["run", "ticket"]).doNothing())
    .execute();
}

async function ticketsOf(db: ForumReader, runs: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  if (runs.length === 0) return new Map();
  const rows = await db
    .selectFrom("forum_run_tickets")
    .selectAll()
    .where("run", "in", runs)
    .orderBy("run")
    .orderBy("ticket")
    .execute();
  const byRun = Map.groupBy(rows, ({ run }) => run);
  return new Map([...byRun].map(([run, of]) => [run, of.map(({ ticket }) => ticket)]));
}

function toRun({ run, status, updated_at }: RunRow, tickets: ReadonlyMap<string, readonly string[]>): Run {
  return { runId: run, status, tickets: tickets.get(run) ?? [], updatedAt: updated_at };
}
