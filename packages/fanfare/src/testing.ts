export { busConformance, type BusCase, type BusStore } from "./testing/conformance/bus.ts";
export type { ConformanceCase, PortStore } from "./testing/conformance/conformance-case.ts";
export type { LogCase, LogStore } from "./testing/conformance/log-case.ts";
export { logConformance } from "./testing/conformance/log.ts";
export { outboxConformance } from "./testing/conformance/outbox.ts";
export type { OutboxCase, OutboxHandle, OutboxHandles } from "./testing/conformance/outbox-case.ts";
export { stateConformance, type StateCase, type StateStore } from "./testing/conformance/state.ts";
export { FrameClient, RpcError, type Closed, type ServerFrame } from "./testing/frame-client.ts";
export { openFrames, type FramesDoor, type FramesListener, type FramesOptions } from "./testing/frames-door.ts";
export type {
  Asked,
  CommittedLog,
  History,
  Opened,
  SubscriptionHistory,
  Violation,
  ViolationKind,
} from "./testing/history/history.ts";
export { checkHistory } from "./testing/history/history-checker.ts";
export { parseRecording, toSubscriptions, type RecordedFrame } from "./testing/history/recording.ts";
export { Chance } from "./testing/seeded-chance.ts";
export { seededRuntime, type SeededRuntime } from "./testing/seeded-runtime.ts";
export { openSse, type SseClient, type SseClientOptions } from "./testing/sse-client.ts";
export { connectWs, type WsClient, type WsClientOptions } from "./testing/ws-client.ts";
