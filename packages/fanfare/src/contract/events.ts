import type { EventInput, FanfareEvent, Gap, PublishResult } from "@fanfare/protocol";
import { z } from "zod";
import { attributeValue } from "./filter.ts";
import { shaped } from "./shape.ts";

const attributes = z.record(z.string(), attributeValue);
const position = z.int().min(0);

/** An event's JSON shape; what its parts may hold is the protocol's to judge. */
export const eventInput: z.ZodType<EventInput<unknown>> = z
  .looseObject({
    type: z.string(),
    data: z.unknown().optional(),
    id: z.string().optional(),
    time: z.string().optional(),
    attributes: attributes.optional(),
  })
  .meta({
    id: "EventInput",
    description: "Members that are not known are ignored, so that a read event can be published.",
  });

const eventInputs: z.ZodType<readonly EventInput<unknown>[]> = z.array(eventInput);

/** The events of a publish, whatever door they come by. Throws `invalid_event` with the place in `events`. */
export function readEventInputs(events: readonly unknown[]): readonly EventInput<unknown>[] {
  return shaped(eventInputs, events, { name: "events", code: "invalid_event" });
}

export const publishResult: z.ZodType<PublishResult> = z
  .strictObject({
    events: z.array(z.strictObject({ id: z.string(), position, time: z.iso.datetime(), duplicate: z.boolean() })),
    cursor: z.string(),
  })
  .meta({ id: "PublishResult" }) as unknown as z.ZodType<PublishResult>;

/** A CloudEvent in structured JSON, as far as its shape goes. */
export const cloudEvent: z.ZodType = z
  .looseObject({
    specversion: z.literal("1.0"),
    id: z.string().min(1),
    source: z.string().min(1),
    type: z.string().min(1),
  })
  .meta({ id: "CloudEvent" });

export const event: z.ZodType<FanfareEvent> = z
  .strictObject({
    topic: z.string(),
    position,
    id: z.string(),
    type: z.string(),
    time: z.iso.datetime(),
    attributes,
    data: z.unknown(),
  })
  .meta({ id: "Event" }) as unknown as z.ZodType<FanfareEvent>;

export const gap: z.ZodType<Gap> = z
  .strictObject({
    reason: z.enum(["slow", "superseded", "trimmed", "scope", "reset"]),
    from: position.optional(),
    to: position,
    dropped: position.optional(),
    atLeast: position.optional(),
  })
  .meta({
    id: "Gap",
    description: "Said loss: covers the positions after `from` up to `to`.",
  }) as unknown as z.ZodType<Gap>;
