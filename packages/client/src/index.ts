import type { TopicContract } from "@fanfare/protocol";
import { Client } from "./client.ts";
import type { CoreOptions } from "./core/options.ts";
import type { Transport } from "./core/link.ts";
import { logError } from "./machine/log-error.ts";
import { machineRuntime } from "./machine/runtime.ts";
import { machineSurroundings } from "./machine/surroundings.ts";
import { uuidv7 } from "./machine/uuid.ts";
import type { QueueLimits } from "./publishing/publish-queue.ts";
import type { IdRuntime } from "./publishing/publisher.ts";
import { shareTabs, type SharingOptions } from "./sharing/share.ts";
import { eventStream } from "./transports/event-stream.ts";
import { firstOf } from "./transports/first-of.ts";
import { webSocket } from "./transports/websocket.ts";

export * from "./core.ts";
export type { Client } from "./client.ts";
export type { CursorStorage } from "./origins/storage.ts";
export type { FromSnapshot, FromStorage, SubscribeOptions } from "./origins/subscribe-options.ts";
export type { QueueLimits, QueueState } from "./publishing/publish-queue.ts";
export type { IdRuntime } from "./publishing/publisher.ts";
export { shareTabs, type SharingOptions } from "./sharing/share.ts";
export type { StartedWorker } from "./sharing/shared-link.ts";
export { eventStream } from "./transports/event-stream.ts";
export { firstOf } from "./transports/first-of.ts";

/** How a client connects, and its limits. */
export interface ClientOptions<Contract extends TopicContract = TopicContract> extends Omit<
  CoreOptions<Contract>,
  "transport" | "runtime"
> {
  /** Ways to the hub, the preferred one first; default WebSocket, then Server-Sent Events where that is blocked. */
  readonly transports?: readonly Transport[] | undefined;
  /** Milliseconds for which a transport is kept that stands in for a better one; default 600 000. */
  readonly rememberTransportMs?: number | undefined;
  /**
   * Shares one connection with all tabs of the browser that want the same with the same rights: `true`, or a name, which says with
   * whom; see {@link shareTabs}. Where cookies say who somebody is, it has to be a name that says it too. With `transports` a tab
   * holds the connection, since a worker can't be given them. Default `false`; outside of browsers it changes nothing.
   */
  readonly shared?: boolean | string | SharingOptions | undefined;
  /** What may wait to be published; default 1 000 events and 4 MiB. */
  readonly queue?: Partial<QueueLimits> | undefined;
  /** Default: the machine's clock, timers and chance. */
  readonly runtime?: IdRuntime | undefined;
}

/**
 * A client of a hub. It connects when something is wanted, comes back by itself, and goes on where it was.
 *
 * @example
 * import { createClient } from "@fanfare/client";
 *
 * const client = createClient({ url: "http://127.0.0.1:3001" });
 * client.subscribe({ topics: ["orders.>"] }, (update) => {
 *   if (update.kind === "events") for (const event of update.events) console.log(event.type, event.data);
 * });
 *
 * @example
 * // One connection for all tabs in which the same user is signed in.
 * const client = createClient({ url: "https://hub.example", shared: userId });
 */
export function createClient<const Contract extends TopicContract = never>(
  options: ClientOptions<Contract>,
): Client<Contract> {
  const { transports, rememberTransportMs, shared = false } = options;
  const own = firstOf(transports ?? [webSocket(), eventStream()], rememberTransportMs);
  const named = shared === true ? {} : typeof shared === "string" ? { name: shared } : shared;
  return new Client<Contract>({
    ...options,
    transport: named === false ? own : shareTabs(own, transports === undefined ? named : { worker: false, ...named }),
    runtime: options.runtime ?? { ...machineRuntime, uuid: uuidv7 },
    surroundings: options.surroundings ?? machineSurroundings(),
    onError: options.onError ?? logError,
  });
}
