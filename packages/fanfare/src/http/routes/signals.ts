import type { SignalParams } from "@fanfare/protocol";
import { z } from "zod";
import { readSignalBody, signalInput } from "../../contract/signals.ts";
import { defineRoute, json, type Route } from "../route.ts";

export function signalRoute(): Route {
  return defineRoute<unknown, Omit<SignalParams, "topic">>({
    method: "POST",
    path: "/api/v1/topics/{topic}/signals",
    operation: "signal",
    summary: "Tell live subscribers something that is not kept",
    access: "guarded",
    params: { topic: "A topic." },
    bodies: {
      "application/json": {
        schema: signalInput,
        read: readSignalBody,
      },
    },
    answers: { 202: { description: "On its way to whoever is connected.", schema: z.strictObject({}) } },
    problems: ["invalid_topic", "forbidden", "invalid_event", "draining"],
    handle({ services: { hub }, params, body, identity }) {
      hub.signal({ ...body, topic: params["topic"] ?? "" }, { as: identity });
      return json({}, 202);
    },
  });
}
