export {
  attributeText,
  isAttributeName,
  parseAttributes,
  RESERVED_NAMES,
  type Attributes,
  type AttributeValue,
} from "./attributes.ts";
export type { Brand } from "./brand.ts";
export { CLOUD_EVENT_NAMESPACE, type CloudEvent } from "./cloudevents.ts";
export { fromCloudEvent, fromCloudEventBatch } from "./cloudevents-read.ts";
export { toCloudEvent } from "./cloudevents-write.ts";
export { defineTopic, type Schema, type SchemaResult, type Schemas, type TopicContract } from "./contract.ts";
export type {
  ContractEvent,
  ContractOf,
  DeliveredOn,
  PublishedOn,
  SchemaInput,
  SchemaOutput,
  TopicName,
  TypedEvent,
} from "./contract-types.ts";
export {
  formatCursor,
  parseCursor,
  START,
  toEpoch,
  toPosition,
  toScope,
  type Cursor,
  type Epoch,
  type Position,
  type Scope,
} from "./cursor.ts";
export type { Delivery, DeliveryPolicy, Gap, GapReason, Page } from "./delivery.ts";
export {
  encodeEvent,
  formatTime,
  eventBytes,
  parseEventInput,
  parseTime,
  parseType,
  RESERVED_TYPES,
  toEvent,
  writeData,
  type EventDefaults,
  type EventDraft,
  type EventInput,
  type EventRecord,
  type FanfareEvent,
} from "./event.ts";
export { canonicalFilter } from "./filter-canonical.ts";
export { parseFilter } from "./filter-parse.ts";
export {
  compileFilter,
  equalityTerms,
  subjectText,
  type EqualityTerm,
  type Filter,
  type FilterSubject,
  type Predicate,
} from "./filter.ts";
export {
  RPC_ERRORS,
  SUBPROTOCOL,
  toRpcError,
  type After,
  type Ended,
  type ErrorFrame,
  type Goaway,
  type Hello,
  type Method,
  type NotificationFrame,
  type Notifications,
  type PublishedEvent,
  type PublishResult,
  type RenewResult,
  type RequestFrame,
  type RequestId,
  type Requests,
  type Responses,
  type ResultFrame,
  type Signal,
  type SignalParams,
  type SubscribeParams,
  type SubscribeResult,
} from "./frames.ts";
export { jsonDepth, utf8Bytes, type Json, type JsonObject } from "./json.ts";
export { DEFAULT_LIMITS, type Limits } from "./limits.ts";
export {
  CLOSE_CODES,
  FanfareError,
  isFanfareError,
  PROBLEMS,
  type CloseCode,
  type Problem,
  type ProblemCode,
} from "./problem.ts";
export type { Bye, Heartbeat } from "./stream.ts";
export { covers, isExact, matches, overlaps, parsePattern, parseTopic, type Pattern, type Topic } from "./topic.ts";
