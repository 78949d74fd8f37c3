export { useConnectionState } from "./use-connection-state.ts";
export { useEvents, type EventList, type EventListLimits } from "./use-events.ts";
export { useSubscription, type Reducer } from "./use-subscription.ts";
export type { ViewStatus } from "./view.ts";
