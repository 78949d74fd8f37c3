import {
  CLOUD_EVENT_NAMESPACE,
  FanfareError,
  fromCloudEvent,
  fromCloudEventBatch,
  type EventInput,
  type Limits,
} from "@fanfare/protocol";
import { v5 } from "uuid";
import { z } from "zod";
import { cloudEvent, eventInput, publishResult, readEventInputs } from "../../contract/events.ts";
import { shaped } from "../../contract/shape.ts";
import { defineRoute, json, type Bodies, type Route } from "../route.ts";

type Events = readonly EventInput<unknown>[];

export function publishRoute(limits: Limits): Route {
  return defineRoute<unknown, Events>({
    method: "POST",
    path: "/api/v1/topics/{topic}/events",
    operation: "publish",
    summary: "Publish one event or several of one topic",
    description:
      "All or nothing. Answers when the events are durable. The same event again is answered as a duplicate; the same id with another event refuses the batch.",
    access: "guarded",
    params: { topic: "A topic: tokens of letters, digits, `_` and `-`, joined by dots." },
    bodies: bodies(limits),
    answers: {
      201: { description: "Committed.", schema: publishResult },
      200: { description: "All of them were committed before.", schema: publishResult },
    },
    problems: [
      "invalid_topic",
      "forbidden",
      "id_conflict",
      "invalid_event",
      "schema_mismatch",
      "rate_limited",
      "unavailable",
      "draining",
    ],
    async handle({ services: { hub }, params, body, identity }) {
      const result = await hub.publish(params["topic"] ?? "", body, { as: identity });
      return json(result, result.events.every(({ duplicate }) => duplicate) ? 200 : 201);
    },
  });
}

function bodies(limits: Limits): Bodies<Events> {
  return {
    "application/json": {
      schema: z.union([eventInput, z.array(eventInput).min(1).max(limits.publishEvents)]),
      read: (value) => readEvents(value, limits),
    },
    "application/cloudevents+json": {
      schema: cloudEvent,
      read: (value) => [fromCloudEvent(value, cloudEventId, limits)],
    },
    "application/cloudevents-batch+json": {
      schema: z.array(cloudEvent).min(1).max(limits.publishEvents),
      read: (value) => fromCloudEventBatch(value, cloudEventId, limits),
    },
  };
}

function readEvents(value: unknown, limits: Limits): Events {
  if (!Array.isArray(value)) return [shaped(eventInput, value, { name: "event", code: "invalid_event" })];
  if (value.length > limits.publishEvents)
    throw new FanfareError(
      "payload_too_large",
      `events: has ${value.length}, at most ${limits.publishEvents} are allowed`,
    );
  return readEventInputs(value);
}

function cloudEventId(source: string, id: string): string {
  return v5(`${source}\n${id}`, CLOUD_EVENT_NAMESPACE);
}
