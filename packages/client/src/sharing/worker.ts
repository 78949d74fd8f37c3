/**
 * The script of the `SharedWorker` that holds the connection of a group of tabs; the worker's name is the group's.
 *
 * @example
 * // A script of one's own, where a bundler does not know how to find this one.
 * import "@fanfare/client/worker";
 */
import { eventStream } from "../transports/event-stream.ts";
import { firstOf } from "../transports/first-of.ts";
import { webSocket } from "../transports/websocket.ts";
import { lead } from "./lead.ts";

const group = self.name;

// Held as long as the worker lives: that is how tabs notice when it does not any more.
void navigator.locks.request(group, () => {
  lead(group, firstOf([webSocket(), eventStream()]));
  return new Promise<never>(() => {});
});
