export { memoryBus, MemoryNetwork, type MemoryBusOptions } from "./stores/memory/bus.ts";
export { memoryLog } from "./stores/memory/log.ts";
export { memoryState } from "./stores/memory/state.ts";
export { MemoryStorage, type MemoryOptions } from "./stores/memory/storage.ts";
