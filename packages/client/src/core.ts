import type { TopicContract } from "@fanfare/protocol";
import { CoreClient } from "./core/client.ts";
import type { CoreOptions } from "./core/options.ts";
import { logError } from "./machine/log-error.ts";
import { machineRuntime } from "./machine/runtime.ts";
import { machineSurroundings } from "./machine/surroundings.ts";

export type { Pause } from "./core/backoff.ts";
export type { CoreClient, Handler } from "./core/client.ts";
export type { TokenSource } from "./core/credential.ts";
export { ClientError } from "./core/error.ts";
export type { Door, Link, LinkEnd, LinkListener, ServerFrame, Transport } from "./core/link.ts";
export type { Observable } from "./core/observed.ts";
export type { CoreOptions } from "./core/options.ts";
export type { Occurrence, Runtime, Surroundings, Timer } from "./core/runtime.ts";
export type { ConnectionState, StopReason } from "./core/state.ts";
export type { CommonOptions, FromPlace, Selection } from "./core/subscribe-options.ts";
export type { SubscriptionState, SubscriptionStatus } from "./core/subscription-status.ts";
export type { Subscription } from "./core/subscription.ts";
export type { Proof, Snapshot, Update } from "./core/update.ts";
export { webSocket } from "./transports/websocket.ts";

/**
 * The smallest client: one transport, no queue (`publish` needs a connection), no storage and no snapshots.
 *
 * @example
 * import { createCoreClient, webSocket } from "@fanfare/client/core";
 *
 * const client = createCoreClient({ url: "http://127.0.0.1:3001", transport: webSocket() });
 */
export function createCoreClient<const Contract extends TopicContract = never>(
  options: CoreOptions<Contract>,
): CoreClient<Contract> {
  return new CoreClient<Contract>({
    ...options,
    runtime: options.runtime ?? machineRuntime,
    surroundings: options.surroundings ?? machineSurroundings(),
    onError: options.onError ?? logError,
  });
}
