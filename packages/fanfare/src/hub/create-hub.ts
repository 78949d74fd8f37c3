import type { FanfareError, TopicContract } from "@fanfare/protocol";
import type { Hub } from "../core/hub.ts";
import { HubCore } from "../core/hub-core.ts";
import type { HubCoreOptions } from "../core/options.ts";
import type { Bus } from "../core/ports/bus.ts";
import type { Log } from "../core/ports/log.ts";
import type { Runtime } from "../core/ports/runtime.ts";
import type { State } from "../core/ports/state.ts";
import { memoryBus } from "../stores/memory/bus.ts";
import { memoryState } from "../stores/memory/state.ts";
import { nodeRuntime } from "./node-runtime.ts";
import type { TypedHub } from "./typed-hub.ts";

/** A log that brings its own durable neighbours, as the SQLite one does. */
export type LogWithNeighbours = Log & { readonly state?: State; readonly bus?: Bus };

export interface HubOptions<Contract extends TopicContract = TopicContract> extends Omit<
  HubCoreOptions,
  "log" | "state" | "bus" | "runtime" | "topics"
> {
  /** Where events live: `sqliteLog(path)`, `memoryLog()` or any other adapter of the port. */
  readonly log: LogWithNeighbours;
  /** Default: the log's own, else memory. */
  readonly state?: State | undefined;
  /** Default: the log's own, else this process alone. */
  readonly bus?: Bus | undefined;
  /** Contracts made by `defineTopic`: checked at publish, and typed. */
  readonly topics?: readonly Contract[] | undefined;
  /** Default: Node's clock and timers. */
  readonly runtime?: Runtime | undefined;
  /** Default: writes the error's message as a process warning. */
  readonly onError?: ((error: FanfareError) => void) | undefined;
}

/**
 * Makes a hub: durable events in, deliveries out. It opens its log at once; every call waits for that.
 *
 * @example
 * import { createHub } from "fanfare";
 * import { sqliteLog } from "fanfare/sqlite";
 *
 * await using hub = createHub({ log: sqliteLog(".fanfare/fanfare.db") });
 * const subscription = hub.subscribe({ topics: ["orders.>"], after: "start" });
 * await hub.publish("orders.eu", { type: "order.paid", attributes: { customer: "c1" }, data: { total: 12 } });
 * for await (const { events } of subscription) {
 *   for (const event of events) console.log(event.position, event.type, event.data);
 *   break;
 * }
 */
export function createHub<const Contract extends TopicContract = never>(
  options: HubOptions<Contract>,
): TypedHub<Contract> {
  const {
    log,
    state = log.state ?? memoryState(),
    bus = log.bus ?? memoryBus(),
    runtime = nodeRuntime,
    onError = warn,
    ...rest
  } = options;
  const hub: Hub = new HubCore({ ...rest, log, state, bus, runtime, onError });
  return hub as TypedHub<Contract>;
}

function warn(error: FanfareError): void {
  process.emitWarning(error.message, { code: error.code, type: "FanfareWarning" });
}
