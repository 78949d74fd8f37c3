import { FanfareError, type Limits } from "@fanfare/protocol";
import { page, pageQuery, toReadParams, type PageQuery } from "../../contract/reads.ts";
import { streamQuery, toStreamParams, type StreamQuery } from "../../contract/stream-query.ts";
import { readingJson } from "../../core/reading.ts";
import { BATCH_HEADERS, BATCH_TYPE, batchAnswer, cloudEventBatch } from "../cloudevent-batch.ts";
import { defineRoute, type Route, type StreamForm } from "../route.ts";

export function eventsRoute(limits: Limits): Route {
  return defineRoute<PageQuery, undefined, StreamQuery>({
    method: "GET",
    path: "/api/v1/events",
    operation: "readEvents",
    summary: "Read events by pages, or follow them as a stream",
    description:
      "A page holds every matching event after a cursor, or a gap that says what is missing; with `wait` it waits for the first one. With `Accept: application/cloudevents-batch+json` its events are a CloudEvents batch and the rest of the page stands in headers. With `Accept: text/event-stream` the answer is a stream of Server-Sent Events that goes on by itself.",
    access: "guarded",
    query: pageQuery(limits),
    answers: { 200: { description: "A page.", schema: page } },
    forms: { [BATCH_TYPE]: { schema: cloudEventBatch, headers: BATCH_HEADERS } },
    problems: [
      "invalid_topic",
      "invalid_filter",
      "invalid_cursor",
      "profile_unknown",
      "forbidden",
      "not_acceptable",
      "limit_exceeded",
      "overloaded",
      "unavailable",
      "draining",
    ],
    async handle({ services: { hub }, query, identity, accept, abort }) {
      const reading = await hub.read(toReadParams(query), { as: identity, abort });
      if (accept === BATCH_TYPE) return batchAnswer(reading);
      return { status: 200, text: readingJson(reading) };
    },
    stream: stream(limits),
  });
}

function stream(limits: Limits): StreamForm<StreamQuery> {
  return {
    query: streamQuery(limits),
    description:
      "`id:` is the cursor, `event:` the type, `data:` the event. `heartbeat` moves the cursor on, `gap` says what is missing, `bye` why it ends. With `format=deliveries` each `deliver` event has the params of the WebSocket's.",
    async handle({ services, query, identity, header }, { incoming, outgoing, headers }) {
      if (services.streams === undefined) throw new FanfareError("not_acceptable", "Accept: there are no streams here");
      const accepted = { identity, profile: query.profile, remote: incoming.socket.remoteAddress, headers };
      await services.streams(outgoing, incoming, accepted, toStreamParams(query, header("last-event-id")));
    },
  };
}
