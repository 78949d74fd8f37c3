import { z } from "zod";
import { DOCS_TRIGGERS, type Change } from "../domain/entry.ts";
import { VALIDATION_STATUSES } from "../domain/signal.ts";
import { actor, kind, priority, sequence, state, threadId, ticket, time } from "./common.ts";

const signal = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("guidance_request"),
    requestId: z.string(),
    question: z.string(),
    context: z.string().optional(),
  }),
  z.strictObject({ type: z.literal("guidance_answer"), requestId: z.string(), answer: z.string() }),
  z.strictObject({ type: z.literal("completion"), summary: z.string().optional() }),
  z.strictObject({ type: z.literal("validation"), status: z.enum(VALIDATION_STATUSES), doneCriteria: z.string() }),
]);

/** Each kind of change by the type of its event. */
export const changes = {
  "forum.thread.opened": z.strictObject({
    type: z.literal("forum.thread.opened"),
    threadId,
    kind,
    ticket,
    runId: z.string().optional(),
    agentName: z.string().optional(),
    title: z.string(),
    body: z.string(),
    priority,
  }),
  "forum.post.added": z.strictObject({ type: z.literal("forum.post.added"), body: z.string() }),
  "forum.control.signal": z.strictObject({
    type: z.literal("forum.control.signal"),
    signal,
    attempt: z.strictObject({ id: z.string(), number: z.int().min(1) }),
    pending: z.int().min(0),
  }),
  "forum.assigned": z.strictObject({
    type: z.literal("forum.assigned"),
    from: actor.optional(),
    to: actor,
    note: z.string().optional(),
  }),
  "forum.state.changed": z.strictObject({ type: z.literal("forum.state.changed"), from: state, to: state }),
  "forum.thread.closed": z.strictObject({ type: z.literal("forum.thread.closed"), from: state }),
  "forum.priority.changed": z.strictObject({ type: z.literal("forum.priority.changed"), from: priority, to: priority }),
  "forum.sla.escalated": z.strictObject({ type: z.literal("forum.sla.escalated"), waitingSince: time }),
  "forum.integration.docs_sync.requested": z.strictObject({
    type: z.literal("forum.integration.docs_sync.requested"),
    trigger: z.enum(DOCS_TRIGGERS),
  }),
} as const satisfies Record<Change["type"], z.ZodType>;

const change = z.discriminatedUnion("type", [
  changes["forum.thread.opened"],
  changes["forum.post.added"],
  changes["forum.control.signal"],
  changes["forum.assigned"],
  changes["forum.state.changed"],
  changes["forum.thread.closed"],
  changes["forum.priority.changed"],
  changes["forum.sla.escalated"],
  changes["forum.integration.docs_sync.requested"],
]);

/** What every entry has, whatever has changed. */
export const entryBase = z.strictObject({
  sequence: sequence.meta({ description: "Its place among all entries of the forum." }),
  id: z.string().meta({ description: "The id of its event." }),
  time,
  actor,
  correlationId: z.string(),
  causationId: z.string().optional(),
});

export const entryView = entryBase.extend({ change }).meta({ id: "ForumEntry" });
export type EntryView = z.infer<typeof entryView>;
