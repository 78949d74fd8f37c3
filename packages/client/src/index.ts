import type { TopicContract } from "@fanfare/protocol";
import { createCoreClient, webSocket, type Client, type CoreOptions, type Transport } from "./core.ts";
import { eventStream } from "./transports/event-stream.ts";

export * from "./core.ts";
export { eventStream } from "./transports/event-stream.ts";

/** How a client connects, and its limits. */
export interface ClientOptions<Contract extends TopicContract = TopicContract> extends Omit<
  CoreOptions<Contract>,
  "transports"
> {
  /** Ways to the hub, the preferred one first; default WebSocket, then Server-Sent Events where that is blocked. */
  readonly transports?: readonly Transport[] | undefined;
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
 */
export function createClient<const Contract extends TopicContract = never>(
  options: ClientOptions<Contract>,
): Client<Contract> {
  return createCoreClient<Contract>({ ...options, transports: options.transports ?? [webSocket(), eventStream()] });
}
