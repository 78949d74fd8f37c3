import { z } from "zod";
import { ACTOR_TYPES, VIEWER_TYPES } from "../domain/actor.ts";
import { RUN_STATUSES } from "../domain/agent.ts";
import { VALIDATION_STATUSES } from "../domain/signal.ts";
import { actor, kind, page, priority, sequence, state, threadId, ticket, time } from "./common.ts";
import { entryView } from "./entry-view.ts";

const count = z.int().min(0);

export const threadView = z
  .strictObject({
    id: threadId,
    kind,
    ticket,
    runId: z.string().optional(),
    agentName: z.string().optional(),
    title: z.string(),
    state,
    priority,
    assignee: actor.optional(),
    openedBy: actor,
    openedAt: time,
    updatedAt: time,
    closedAt: time.optional(),
    posts: count,
    lastPostAt: time,
    lastPostBy: actor,
    lastSequence: sequence.meta({ description: "The thread's version." }),
    lastActorType: z.enum(ACTOR_TYPES).exclude(["system"]).optional(),
    unanswered: z.boolean(),
    waitingSince: time.optional(),
    escalated: z.boolean(),
    pendingRequests: count,
  })
  .meta({ id: "ForumThread" });
export type ThreadView = z.infer<typeof threadView>;

export const listedThread = threadView
  .extend({ unseen: z.boolean().optional().meta({ description: "Present where the caller can be a viewer." }) })
  .meta({ id: "ForumListedThread" });
export type ListedThread = z.infer<typeof listedThread>;

export const foundThread = listedThread
  .extend({
    match: z.strictObject({ sequence, excerpt: z.string() }).meta({ description: "The post that was found." }),
  })
  .meta({ id: "ForumFoundThread" });

export const threads = page(listedThread).meta({ id: "ForumThreads" });
export type Threads = z.infer<typeof threads>;

export const foundThreads = page(foundThread).meta({ id: "ForumFoundThreads" });
export type FoundThreads = z.infer<typeof foundThreads>;

export const entries = page(entryView).meta({ id: "ForumEntries" });
export type Entries = z.infer<typeof entries>;

export const written = z
  .strictObject({ thread: threadView, entries: z.array(entryView).meta({ description: "What the write has added." }) })
  .meta({ id: "ForumWritten" });
export type Written = z.infer<typeof written>;

export const seenMark = z
  .strictObject({
    threadId,
    viewer: z.strictObject({ type: z.enum(VIEWER_TYPES), id: z.string() }),
    sequence,
    seenAt: time,
  })
  .meta({ id: "ForumSeenMark" });
export type SeenMark = z.infer<typeof seenMark>;

export const pendingRequest = z.strictObject({
  requestId: z.string(),
  question: z.string(),
  context: z.string().optional(),
});

export const threadDetail = z
  .strictObject({ thread: listedThread, pendingRequests: z.array(z.string()) })
  .meta({ id: "ForumThreadDetail" });
export type ThreadDetail = z.infer<typeof threadDetail>;

export const stats = z
  .strictObject({
    stats: z.array(
      z.strictObject({
        ticket,
        runId: z.string().optional(),
        kind,
        state,
        priority,
        threads: count,
        unanswered: count,
        updatedAt: time,
      }),
    ),
  })
  .meta({ id: "ForumStats" });
export type Stats = z.infer<typeof stats>;

export const agentView = z
  .strictObject({
    agentName: z.string(),
    threadId,
    ticket,
    attempt: z.strictObject({ id: z.string(), number: z.int().min(1) }),
    pending: z.array(pendingRequest),
    completed: z.boolean(),
    summary: z.string().optional(),
    validation: z.strictObject({ status: z.enum(VALIDATION_STATUSES), doneCriteria: z.string() }).optional(),
    updatedAt: time,
  })
  .meta({ id: "ForumAgent" });
export type AgentView = z.infer<typeof agentView>;

export const runView = z
  .strictObject({
    runId: z.string(),
    status: z.enum(RUN_STATUSES),
    tickets: z.array(z.string()),
    updatedAt: time,
  })
  .meta({ id: "ForumRun" });
export type RunView = z.infer<typeof runView>;

export const runDetail = runView.extend({ agents: z.array(agentView) }).meta({ id: "ForumRunDetail" });
export type RunDetail = z.infer<typeof runDetail>;

export const runs = page(runView).meta({ id: "ForumRuns" });
export type Runs = z.infer<typeof runs>;
