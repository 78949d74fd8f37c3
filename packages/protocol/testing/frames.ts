import fc from "fast-check";
import { toScope, type Scope } from "../src/cursor.ts";
import type { Delivery, DeliveryPolicy, Gap, Page } from "../src/delivery.ts";
import { toEvent, type EventInput, type FanfareEvent } from "../src/event.ts";
import {
  SUBPROTOCOL,
  toRpcError,
  type Ended,
  type ErrorFrame,
  type Goaway,
  type Hello,
  type NotificationFrame,
  type PublishResult,
  type RequestFrame,
  type RequestId,
  type Responses,
  type Signal,
  type SignalParams,
  type SubscribeParams,
  type SubscribeResult,
} from "../src/frames.ts";
import { CLOSE_CODES, FanfareError, PROBLEMS, type ProblemCode } from "../src/problem.ts";
import type { Bye, Heartbeat } from "../src/stream.ts";
import {
  attributeName,
  attributes,
  cursor,
  eventId,
  eventType,
  filter,
  pattern,
  position,
  record,
  time,
  topic,
} from "./arbitraries.ts";

/** Random frames of every kind, made from the types: what the compiler lets through here, the schemas must accept. */

const event: fc.Arbitrary<FanfareEvent> = record.filter(({ position: at }) => at > 0).map((one) => toEvent(one));
const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<FanfareEvent["data"]>;
const name = fc.string({ minLength: 1, maxLength: 8 });
const scope: fc.Arbitrary<Scope> = fc.string({ maxLength: 8 }).map(toScope);
const code = fc.constantFrom(...(Object.keys(PROBLEMS) as ProblemCode[]));
const requestId: fc.Arbitrary<RequestId> = fc.oneof(fc.integer(), fc.string());
const gap: fc.Arbitrary<Gap> = fc.oneof(
  fc.record({ reason: fc.constantFrom("slow", "superseded"), from: position, to: position, dropped: fc.nat() }),
  fc.record({ reason: fc.constantFrom("slow", "superseded"), from: position, to: position, atLeast: fc.nat() }),
  fc.record({ reason: fc.constantFrom("trimmed", "scope"), from: position, to: position }),
  fc.record({ reason: fc.constant("reset"), to: position.map(() => 0 as Gap["to"]) }),
);

export const eventInput: fc.Arbitrary<EventInput> = fc.record(
  { type: eventType, data: json, id: eventId, time, attributes },
  { requiredKeys: ["type"] },
);

export const policy: fc.Arbitrary<DeliveryPolicy> = fc.oneof(
  fc.constant<DeliveryPolicy>({ policy: "complete" }),
  fc.record({ policy: fc.constant("latest"), keep: fc.integer({ min: 1, max: 1_000 }) }),
  fc.record({ policy: fc.constant("conflate"), key: attributeName }),
);

export const subscribeParams: fc.Arbitrary<SubscribeParams> = fc.record(
  {
    subscription: name,
    topics: fc.array(pattern, { minLength: 1, maxLength: 4 }),
    filter,
    after: fc.oneof(cursor, fc.constantFrom("start", "now")),
    scope,
    profile: name,
    consumer: name,
    delivery: policy,
  },
  { requiredKeys: ["subscription", "topics"] },
);

const signalParams: fc.Arbitrary<SignalParams> = fc.record(
  { topic, type: eventType, data: json, attributes },
  { requiredKeys: ["topic", "type"] },
);

const toRequest =
  <M extends RequestFrame["method"]>(method: M) =>
  ([id, params]: [RequestId, Extract<RequestFrame, { method: M }>["params"]]): RequestFrame =>
    ({ jsonrpc: "2.0", id, method, params }) as RequestFrame;

export const requests: { readonly [M in RequestFrame["method"]]: fc.Arbitrary<RequestFrame> } = {
  subscribe: fc.tuple(requestId, subscribeParams).map(toRequest("subscribe")),
  unsubscribe: fc.tuple(requestId, fc.record({ subscription: name })).map(toRequest("unsubscribe")),
  publish: fc
    .tuple(requestId, fc.record({ topic, events: fc.array(eventInput, { minLength: 1, maxLength: 3 }) }))
    .map(toRequest("publish")),
  ack: fc.tuple(requestId, fc.record({ subscription: name, cursor })).map(toRequest("ack")),
  signal: fc.tuple(requestId, signalParams).map(toRequest("signal")),
  renew: fc.tuple(requestId, fc.record({ token: name })).map(toRequest("renew")),
  ping: fc.tuple(requestId, fc.constant({})).map(toRequest("ping")),
};

export const subscribeResult: fc.Arbitrary<SubscribeResult> = fc.record({
  subscription: name,
  cursor,
  scope,
  head: cursor,
  recovered: fc.boolean(),
});

export const publishResult: fc.Arbitrary<PublishResult> = fc.record({
  events: fc.array(fc.record({ id: eventId, position, time, duplicate: fc.boolean() }), { maxLength: 3 }),
  cursor,
});

export const results: { readonly [M in keyof Responses]: fc.Arbitrary<Responses[M]> } = {
  subscribe: subscribeResult,
  unsubscribe: fc.record({ subscription: name, cursor }),
  publish: publishResult,
  ack: fc.record({ cursor }),
  signal: fc.constant({}),
  renew: fc.record({ expires: time, scopes: fc.dictionary(name, scope, { maxKeys: 2 }) }, { requiredKeys: [] }),
  ping: fc.record({ time }),
};

export const errorFrame: fc.Arbitrary<ErrorFrame> = fc
  .tuple(fc.option(requestId), code, fc.string())
  .map(([id, problem, message]) => ({ jsonrpc: "2.0", id, error: toRpcError(new FanfareError(problem, message)) }));

export const delivery: fc.Arbitrary<Delivery> = fc.record(
  { subscription: name, prev: cursor, gap, events: fc.array(event, { maxLength: 3 }), cursor },
  { requiredKeys: ["subscription", "prev", "events", "cursor"] },
);

export const page: fc.Arbitrary<Page> = fc.record(
  { prev: cursor, gap, events: fc.array(event, { maxLength: 3 }), cursor, complete: fc.boolean(), scope },
  { requiredKeys: ["prev", "events", "cursor", "complete", "scope"] },
);

export const hello: fc.Arbitrary<Hello> = fc.record(
  {
    connection: name,
    protocol: fc.constant(SUBPROTOCOL),
    time,
    heartbeat: fc.integer({ min: 1, max: 60_000 }),
    profile: name,
    limits: fc.constant({ eventBytes: 262_144, publishRate: 0 }),
    expires: time,
  },
  { requiredKeys: ["connection", "protocol", "time", "heartbeat", "profile", "limits"] },
);

export const signal: fc.Arbitrary<Signal> = fc.record({
  subscription: fc.string(),
  topic,
  type: eventType,
  attributes,
  data: json,
  from: fc.string(),
  time,
});

export const ended: fc.Arbitrary<Ended> = fc.record({ subscription: name, code, cursor });
export const goaway: fc.Arbitrary<Goaway> = fc.record({ reconnectAfterMs: fc.nat(), reason: fc.string() });

const toNotification =
  <M extends NotificationFrame["method"]>(method: M) =>
  (params: Extract<NotificationFrame, { method: M }>["params"]): NotificationFrame =>
    ({ jsonrpc: "2.0", method, params }) as NotificationFrame;

export const notifications: { readonly [M in NotificationFrame["method"]]: fc.Arbitrary<NotificationFrame> } = {
  hello: hello.map(toNotification("hello")),
  deliver: delivery.map(toNotification("deliver")),
  signal: signal.map(toNotification("signal")),
  ended: ended.map(toNotification("ended")),
  goaway: goaway.map(toNotification("goaway")),
};

export const heartbeat: fc.Arbitrary<Heartbeat> = fc.record({ cursor, scope }, { requiredKeys: ["cursor"] });
export const bye: fc.Arbitrary<Bye> = fc.record(
  {
    reason: fc.string(),
    reconnectAfterMs: fc.nat(),
    code: fc.constantFrom(...Object.values(CLOSE_CODES)),
    message: fc.string(),
  },
  { requiredKeys: ["reason", "reconnectAfterMs"] },
);
