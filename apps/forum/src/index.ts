export { PRIORITIES, type Priority } from "./domain/priority.ts";
export { STATES, TRANSITIONS, type State } from "./domain/state.ts";
export { decodeToken, encodeToken } from "./domain/topic.ts";
