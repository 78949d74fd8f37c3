export {
  defineTopic,
  FanfareError,
  isFanfareError,
  parsePattern,
  type Attributes,
  type Cursor,
  type Delivery,
  type DeliveryPolicy,
  type EventInput,
  type FanfareEvent,
  type Filter,
  type Gap,
  type Json,
  type Limits,
  type Page,
  type Pattern,
  type ProblemCode,
  type PublishedOn,
  type PublishResult,
  type Schema,
  type SignalParams,
  type Topic,
  type TopicContract,
} from "@fanfare/protocol";
export type {
  As,
  ConnectionInfo,
  ConnectOptions,
  Deliveries,
  Hub,
  HubHealth,
  OpenedDeliveries,
  ReadParams,
  Reading,
  RevokeTarget,
  SubscribeOptions,
  TopicsParams,
} from "./core/hub.ts";
export { OPEN, ROOT, type Action, type Grant, type Identity } from "./core/identity.ts";
export type { Authenticator, Credentials } from "./core/ports/authenticator.ts";
export type { Bus } from "./core/ports/bus.ts";
export type { Connection, EncodedDelivery, Wire } from "./core/ports/connection.ts";
export type { Log, LogBounds, LogPage, ReadRequest, TopicStats, TrimRule } from "./core/ports/log.ts";
export type { Abort, Runtime, Timer } from "./core/ports/runtime.ts";
export type { State } from "./core/ports/state.ts";
export type { EventContent, Profile, Transform } from "./core/profile.ts";
export { readingJson, readingPage } from "./core/reading.ts";
export type { Opening, Renewal, Session } from "./core/session.ts";
export { createHub, type HubOptions, type LogWithNeighbours } from "./hub/create-hub.ts";
export { nodeRuntime } from "./hub/node-runtime.ts";
export type { TypedHub } from "./hub/typed-hub.ts";
