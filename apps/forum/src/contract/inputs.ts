import { z } from "zod";
import { SIGNAL_TYPES, VALIDATION_STATUSES } from "../domain/signal.ts";
import { actor, cursor, expected, kind, limit, priority, sequence, state, threadId, ticket, trace } from "./common.ts";

export const openThread = z.strictObject({
  threadId: threadId.optional(),
  ticket,
  title: z.string(),
  body: z.string(),
  priority: priority.optional(),
  runId: z.string().optional(),
  agentName: z.string().optional(),
  ...trace,
});
export type OpenThread = z.infer<typeof openThread>;

export const addPost = z.strictObject({ threadId, body: z.string(), ...expected, ...trace });
export type AddPost = z.infer<typeof addPost>;

export const answerThread = z.strictObject({
  threadId,
  body: z.string(),
  requestId: z.string().optional().meta({
    description: "In a control thread: the guidance request that this answers; needed where several wait.",
  }),
  ...expected,
  ...trace,
});
export type AnswerThread = z.infer<typeof answerThread>;

export const assignThread = z.strictObject({
  threadId,
  assignee: actor,
  note: z.string().optional(),
  ...expected,
  ...trace,
});
export type AssignThread = z.infer<typeof assignThread>;

export const changeState = z.strictObject({ threadId, state, ...expected, ...trace });
export type ChangeState = z.infer<typeof changeState>;

export const setPriority = z.strictObject({ threadId, priority, ...expected, ...trace });
export type SetPriority = z.infer<typeof setPriority>;

export const closeThread = z.strictObject({ threadId, ...expected, ...trace });
export type CloseThread = z.infer<typeof closeThread>;

const [guidanceRequest, guidanceAnswer, completion, validation] = SIGNAL_TYPES;

export const signalDraft = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal(guidanceRequest),
    question: z.string(),
    context: z.string().optional(),
    requestId: z.string().optional(),
  }),
  z.strictObject({ type: z.literal(guidanceAnswer), answer: z.string(), requestId: z.string().optional() }),
  z.strictObject({ type: z.literal(completion), summary: z.string().optional() }),
  z.strictObject({ type: z.literal(validation), status: z.enum(VALIDATION_STATUSES), doneCriteria: z.string() }),
]);

export const signal = z.strictObject({
  ticket,
  runId: z.string(),
  agentName: z.string(),
  attemptId: z.string().optional().meta({ description: "A new one begins a new attempt; default the present one." }),
  signal: signalDraft,
  ...trace,
});
export type SignalInput = z.infer<typeof signal>;

export const markSeen = z.strictObject({ threadId, sequence: sequence.optional() });
export type MarkSeen = z.infer<typeof markSeen>;

const filters = {
  kind: kind.optional(),
  ticket: ticket.optional(),
  runId: z.string().optional(),
  agentName: z.string().optional(),
  state: state.optional(),
  priority: priority.optional(),
  assignee: z.string().optional().meta({ description: "The assignee's name." }),
};

export const listThreads = z.strictObject({
  ...filters,
  sort: z.enum(["priority", "opened"]).default("priority"),
  limit,
  cursor,
});
export type ListThreads = z.infer<typeof listThreads>;

export const searchThreads = z.strictObject({ query: z.string(), ...filters, limit, cursor });
export type SearchThreads = z.infer<typeof searchThreads>;

export const queue = z.strictObject({ type: z.enum(["unseen", "unanswered"]), ...filters, limit, cursor });
export type Queue = z.infer<typeof queue>;

export const getThread = z.strictObject({ threadId });
export type GetThread = z.infer<typeof getThread>;

export const listEntries = z.strictObject({
  threadId,
  only: z.literal("posts").optional(),
  order: z.enum(["oldest", "newest"]).default("oldest"),
  limit,
  cursor,
});
export type ListEntries = z.infer<typeof listEntries>;

export const getStats = z.strictObject({ ticket: ticket.optional(), runId: z.string().optional() });
export type GetStats = z.infer<typeof getStats>;

export const listRuns = z.strictObject({ ticket: ticket.optional(), limit, cursor });
export type ListRuns = z.infer<typeof listRuns>;

export const getRun = z.strictObject({ runId: z.string() });
export type GetRun = z.infer<typeof getRun>;
