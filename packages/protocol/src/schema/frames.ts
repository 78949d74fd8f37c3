import { RPC_ERRORS, SUBPROTOCOL } from "../frames.ts";
import type { JsonObject } from "../json.ts";
import { anything, count, flag, object, ref, someOf, someText, text, type JsonSchemas } from "./json-schema.ts";

const subscribeParams: JsonObject = object(
  { subscription: someText, topics: someOf(ref("pattern")) },
  {
    filter: ref("filter"),
    after: ref("after"),
    scope: text,
    profile: someText,
    consumer: someText,
    delivery: ref("deliveryPolicy"),
  },
);

const signalParams: JsonObject = object(
  { topic: ref("topic"), type: ref("newType") },
  { data: anything, attributes: ref("attributes") },
);

const hello: JsonObject = object(
  {
    connection: someText,
    protocol: { const: SUBPROTOCOL },
    time: ref("time"),
    heartbeat: { type: "integer", minimum: 1 },
    profile: someText,
    limits: { type: "object", additionalProperties: ref("attributeValue") },
  },
  { expires: ref("time") },
);

const subscribeResult: JsonObject = object({
  subscription: someText,
  cursor: ref("cursor"),
  scope: text,
  head: ref("cursor"),
  recovered: flag,
});

/** Every frame of the WebSocket, and their params and results where another door uses them too. */
export const frames: JsonSchemas = {
  requestId: { type: ["string", "integer"] },
  subscribeParams,
  signalParams,
  subscribeRequest: request("subscribe", ref("subscribeParams")),
  unsubscribeRequest: request("unsubscribe", object({ subscription: someText })),
  publishRequest: request("publish", object({ topic: ref("topic"), events: someOf(ref("eventInput")) })),
  ackRequest: request("ack", object({ subscription: someText, cursor: ref("cursor") })),
  signalRequest: request("signal", ref("signalParams")),
  renewRequest: request("renew", object({ token: someText })),
  pingRequest: object(
    { jsonrpc: { const: "2.0" }, id: ref("requestId"), method: { const: "ping" } },
    { params: object({}) },
  ),
  request: {
    anyOf: ["subscribe", "unsubscribe", "publish", "ack", "signal", "renew", "ping"].map((method) =>
      ref(`${method}Request`),
    ),
  },

  subscribeResult,
  subscribeAnswer: answer(ref("subscribeResult")),
  unsubscribeAnswer: answer(object({ subscription: someText, cursor: ref("cursor") })),
  publishAnswer: answer(ref("publishResult")),
  ackAnswer: answer(object({ cursor: ref("cursor") })),
  signalAnswer: answer(object({})),
  renewAnswer: answer(object({}, { expires: ref("time"), scopes: { type: "object", additionalProperties: text } })),
  pingAnswer: answer(object({ time: ref("time") })),
  errorAnswer: object({
    jsonrpc: { const: "2.0" },
    id: { anyOf: [ref("requestId"), { type: "null" }] },
    error: object({
      code: { enum: Object.values(RPC_ERRORS) },
      message: text,
      data: object({ code: ref("code"), status: { type: "integer", minimum: 400, maximum: 599 } }),
    }),
  }),

  hello,
  helloNotification: notification("hello", ref("hello")),
  deliverNotification: notification("deliver", ref("delivery")),
  signalNotification: notification("signal", ref("signal")),
  ended: object({ subscription: someText, code: ref("code"), cursor: ref("cursor") }),
  endedNotification: notification("ended", ref("ended")),
  goawayNotification: notification("goaway", object({ reconnectAfterMs: count, reason: text })),
  notification: {
    anyOf: ["hello", "deliver", "signal", "ended", "goaway"].map((method) => ref(`${method}Notification`)),
  },
};

function request(method: string, params: JsonObject): JsonObject {
  return object({ jsonrpc: { const: "2.0" }, id: ref("requestId"), method: { const: method }, params });
}

function answer(result: JsonObject): JsonObject {
  return object({ jsonrpc: { const: "2.0" }, id: ref("requestId"), result });
}

function notification(method: string, params: JsonObject): JsonObject {
  return object({ jsonrpc: { const: "2.0" }, method: { const: method }, params });
}
