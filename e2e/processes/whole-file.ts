import type { Bus, State } from "fanfare";
import type { SqliteLog } from "fanfare/sqlite";

/** The state of a log, whose `close` closes the whole file. */
export function stateOf(log: SqliteLog): State {
  const { state } = log;
  return {
    get: (key) => state.get(key),
    put: (key, value, options) => state.put(key, value, options),
    delete: (key, options) => state.delete(key, options),
    list: (prefix) => state.list(prefix),
    close: () => log.close(),
  };
}

/** The bus of a log once it hears, whose `close` closes the whole file. */
export async function busOf(log: SqliteLog): Promise<Bus> {
  const { bus } = log;
  await bus.nodes();
  return {
    node: bus.node,
    publish: (notice) => bus.publish(notice),
    subscribe: (listener) => bus.subscribe(listener),
    nodes: () => bus.nodes(),
    close: () => log.close(),
  };
}
