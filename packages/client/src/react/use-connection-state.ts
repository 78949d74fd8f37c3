import type { TopicContract } from "@fanfare/protocol";
import { useCallback, useSyncExternalStore } from "react";
import type { Client, ConnectionState } from "../index.ts";

const IDLE: ConnectionState = { state: "idle" };
const onServer = (): ConnectionState => IDLE;

/**
 * Where the client's connection is, `idle` on a server.
 *
 * @example
 * const { state } = useConnectionState(client);
 * return state === "live" ? null : <p role="status">Not live: {state}</p>;
 */
export function useConnectionState<Contracts extends TopicContract>({ state }: Client<Contracts>): ConnectionState {
  const watch = useCallback((listener: () => void) => state.watch(listener), [state]);
  const read = (): ConnectionState => state.value;
  return useSyncExternalStore(watch, read, onServer);
}
