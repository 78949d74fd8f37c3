import { CLOSE_CODES } from "../problem.ts";
import { anything, count, list, object, ref, someOf, someText, text, type JsonSchemas } from "./json-schema.ts";

/** Bodies and answers of HTTP, and the data of a stream's events, as far as they are no noun or frame. */
export const http: JsonSchemas = {
  publishBody: { anyOf: [ref("eventInput"), someOf(ref("eventInput"))] },
  signalBody: object({ type: ref("newType") }, { data: anything, attributes: ref("attributes") }),
  ackBody: object({ cursor: ref("cursor") }),
  ackResult: object({ cursor: ref("cursor") }),
  revokeBody: { oneOf: [object({ sub: someText }, { exp: count }), object({ jti: someText }, { exp: count })] },
  revokeResult: object({ closed: count }),
  topicsResult: object({
    topics: list(
      object({
        topic: ref("topic"),
        events: count,
        bytes: count,
        first: ref("position"),
        last: ref("position"),
        trimmed: ref("position"),
      }),
    ),
  }),

  streamSubscriptions: someOf(ref("subscribeParams")),
  heartbeat: object({ cursor: ref("cursor") }, { scope: text }),
  bye: object({ reason: text, reconnectAfterMs: count }, { code: { enum: Object.values(CLOSE_CODES) }, message: text }),

  cloudEvent: {
    ...object(
      { specversion: { const: "1.0" }, id: someText, source: someText, type: someText },
      {
        time: ref("anyTime"),
        subject: someText,
        dataschema: someText,
        datacontenttype: someText,
        data: anything,
        data_base64: { type: "string", contentEncoding: "base64" },
      },
    ),
    propertyNames: { pattern: "^([a-z0-9]+|data_base64)$" },
    additionalProperties: { type: ["string", "number", "boolean", "null"] },
    not: { required: ["data", "data_base64"] },
  },
  cloudEventBatch: list(ref("cloudEvent")),
};
