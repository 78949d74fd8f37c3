import { z } from "zod";
import { ACTOR_TYPES } from "../domain/actor.ts";
import { THREAD_KINDS } from "../domain/entry.ts";
import { DEFAULT_FORUM_LIMITS } from "../domain/limits.ts";
import { PRIORITIES } from "../domain/priority.ts";
import { STATES } from "../domain/state.ts";

// What texts may hold, and how long they may be, is the domain's to judge.

export const actor = z
  .strictObject({ type: z.enum(ACTOR_TYPES), name: z.string().optional() })
  .meta({ id: "ForumActor", description: "Who did it." });

export const kind = z.enum(THREAD_KINDS).meta({ description: "A question, or the control thread of an agent." });
export const state = z.enum(STATES);
export const priority = z.enum(PRIORITIES);
export const time = z.iso.datetime();
export const sequence = z.int().min(0);

export const threadId = z.string().meta({ description: 'One topic token: 1 to 64 letters, digits, "_" or "-".' });
export const ticket = z.string().meta({ description: "Any text of up to 64 characters, compared as it is written." });

export const limit = z
  .int()
  .min(1)
  .optional()
  .meta({
    description: `Items of a page, ${DEFAULT_FORUM_LIMITS.pageRows} by default, at most ${DEFAULT_FORUM_LIMITS.pageRowsMax}.`,
  });
export const cursor = z.string().optional().meta({ description: "`next` of the page before." });

/** What every write may say of its place among others. */
export const trace = {
  correlationId: z.string().optional().meta({ description: "What belongs together; default the first event's id." }),
  causationId: z.string().optional().meta({ description: "The id of what led to this." }),
};

/** What every write to a thread may expect. */
export const expected = {
  expectedSequence: sequence.optional().meta({
    description: "The thread's `lastSequence` that the caller has seen; a thread that went on since is a conflict.",
  }),
};

/** A page of items; more follows while there is a `next`, also when a page is short or empty. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item), next: z.string().optional() });
}
