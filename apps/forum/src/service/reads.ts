import type { Call } from "fanfare/app";
import type * as input from "../contract/inputs.ts";
import type * as view from "../contract/views.ts";
import type { Viewer } from "../domain/actor.ts";
import type { ForumLimits } from "../domain/limits.ts";
import { refuse } from "../domain/refusal.ts";
import { runId, threadId, ticket } from "../domain/text.ts";
import { ofRank } from "../domain/priority.ts";
import { FORUM_TOPICS, threadTopic, ticketPattern } from "../domain/topic.ts";
import type { Page } from "../store/cursor.ts";
import type { ForumDatabase } from "../store/database.ts";
import { readPending } from "../store/desk.ts";
import { pageOfEntries } from "../store/entries.ts";
import { pageOfThreads, type ThreadFilter, type ThreadSort } from "../store/listing.ts";
import { readMark, readMarks } from "../store/reads.ts";
import { findAgents, findRun, pageOfRuns } from "../store/runs.ts";
import { pageOfFound } from "../store/search.ts";
import { readStats } from "../store/stats.ts";
import { findThread, type StoredThread } from "../store/threads.ts";
import { formatTime } from "@fanfare/protocol";
import { requireViewer, viewerOf } from "./caller.ts";
import { excerpt } from "./excerpt.ts";
import { granted } from "./refused.ts";
import { toAgentView, toRunView } from "./run-views.ts";
import { toEntryView, toListedThread } from "./views.ts";

/** The part of the service that changes nothing. */
export class ForumReads {
  readonly #db: ForumDatabase;
  readonly #limits: ForumLimits;

  constructor(db: ForumDatabase, limits: ForumLimits) {
    this.#db = db;
    this.#limits = limits;
  }

  async getThread(given: input.GetThread, call: Call): Promise<view.ThreadDetail> {
    const { number, thread } = await this.#find(given.threadId, call);
    const viewer = viewerOf(call);
    const { seen } = viewer === undefined ? { seen: 0 } : await readMark(this.#db.reader, viewer, number);
    const pendingRequests = thread.pending === 0 ? [] : await readPending(this.#db.reader, number);
    return { thread: toListedThread(thread, viewer, seen), pendingRequests: [...pendingRequests] };
  }

  async listThreads(given: input.ListThreads, call: Call): Promise<view.Threads> {
    return this.#list(given, { filter: toFilter(given), sort: given.sort }, call);
  }

  async queue(given: input.Queue, call: Call): Promise<view.Threads> {
    const waiting: ThreadFilter =
      given.type === "unanswered" ? { unanswered: true } : { unseenBy: requireViewer(call) };
    return this.#list(given, { filter: { ...toFilter(given), ...waiting }, sort: "priority" }, call);
  }

  async searchThreads(given: input.SearchThreads, call: Call): Promise<view.FoundThreads> {
    requireScope(given, call);
    const viewer = viewerOf(call);
    const { query, cursor } = given;
    const asked = {
      text: query,
      filter: toFilter(given),
      ...this.#extent(given),
      scan: this.#limits.scannedPosts,
      cursor,
    };
    const page = granted(await pageOfFound(this.#db.reader, asked));
    const seen = await this.#seen(viewer, page);
    const items = page.items.map(({ number, thread, sequence, body }) => ({
      ...toListedThread(thread, viewer, seen.get(number) ?? 0),
      match: { sequence, excerpt: excerpt(body, query) },
    }));
    return { items, next: page.next };
  }

  async listEntries(given: input.ListEntries, call: Call): Promise<view.Entries> {
    const { number } = await this.#find(given.threadId, call);
    const { only, order, cursor } = given;
    const { limit } = this.#extent(given);
    const page = granted(await pageOfEntries(this.#db.reader, { thread: number, only, order, limit, cursor }));
    return { items: page.items.map(toEntryView), next: page.next };
  }

  async getStats(given: input.GetStats, call: Call): Promise<view.Stats> {
    requireScope(given, call);
    const rows = await readStats(this.#db.reader, { ticket: given.ticket, run: given.runId });
    const stats = rows.map(({ run, priority, updated_at, ...row }) => ({
      ...row,
      runId: run === "" ? undefined : run,
      priority: ofRank(priority),
      updatedAt: formatTime(updated_at),
    }));
    return { stats };
  }

  async listRuns(given: input.ListRuns, call: Call): Promise<view.Runs> {
    requireScope(given, call);
    const { limit } = this.#extent(given);
    const { cursor } = given;
    const page = granted(await pageOfRuns(this.#db.reader, { ticket: given.ticket, limit, cursor }));
    return { items: page.items.map(toRunView), next: page.next };
  }

  async getRun(given: input.GetRun, call: Call): Promise<view.RunDetail> {
    call.require("subscribe", FORUM_TOPICS);
    const id = granted(runId(given.runId));
    const run = await findRun(this.#db.reader, id);
    if (run === undefined) return granted(refuse("run_not_found", `runId: nothing was heard of ${id}`));
    const agents = await findAgents(this.#db.reader, id);
    return { ...toRunView(run), agents: agents.map(toAgentView) };
  }

  async #find(text: string, call: Call): Promise<StoredThread> {
    const id = granted(threadId(text));
    const stored = await findThread(this.#db.reader, id);
    if (stored === undefined) return granted(refuse("thread_not_found", `threadId: there is no ${id}`));
    call.require("subscribe", threadTopic(stored.thread.ticket, id));
    return stored;
  }

  async #list(given: Asked, narrowed: { readonly filter: ThreadFilter; readonly sort: ThreadSort }, call: Call) {
    requireScope(given, call);
    const viewer = viewerOf(call);
    const query = { ...narrowed, ...this.#extent(given), cursor: given.cursor };
    const page = granted(await pageOfThreads(this.#db.reader, query));
    const seen = await this.#seen(viewer, page);
    const items = page.items.map(({ number, thread }) => toListedThread(thread, viewer, seen.get(number) ?? 0));
    return { items, next: page.next };
  }

  #seen(viewer: Viewer | undefined, { items }: Page<StoredThread>): Promise<ReadonlyMap<number, number>> {
    if (viewer === undefined) return Promise.resolve(new Map());
    return readMarks(
      this.#db.reader,
      viewer,
      items.map(({ number }) => number),
    );
  }

  #extent({ limit }: Pick<Asked, "limit">): { readonly limit: number; readonly scan: number } {
    const { pageRows, pageRowsMax, scannedRows } = this.#limits;
    if (limit !== undefined && limit > pageRowsMax)
      granted(refuse("invalid_input", `limit: is ${limit}, at most ${pageRowsMax} are allowed`));
    return { limit: limit ?? pageRows, scan: scannedRows };
  }
}

interface Asked {
  readonly ticket?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Who asks for one ticket must be allowed to see it; who asks for all, all. */
function requireScope(given: Pick<Asked, "ticket">, call: Call): void {
  call.require("subscribe", given.ticket === undefined ? FORUM_TOPICS : ticketPattern(granted(ticket(given.ticket))));
}

function toFilter(given: Omit<input.SearchThreads, "query">): ThreadFilter {
  const { kind, ticket: about, runId: run, agentName: agent, state, priority, assignee } = given;
  return { kind, ticket: about?.trim(), run: run?.trim(), agent: agent?.trim(), state, priority, assignee };
}
