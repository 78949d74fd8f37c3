export type { FrameMethod, Frames, Passage, Side } from "./frames.ts";
export { hubTransport, type Identify } from "./hub-transport.ts";
export { Network, type RandomTrouble, type Refusal } from "./network.ts";
export type { PausableLink } from "./road.ts";
export { TestHub, testHub, type TestClientOptions, type TestHubOptions } from "./test-hub.ts";
export type { Fate, Trouble } from "./trouble.ts";
