import type { Cursor } from "@fanfare/protocol";
import type { FromPlace, FromSnapshot, FromStorage, Selection, Update } from "../index.ts";

/** Options as hooks take them; those of one kind stay of that kind while they are of one key. */
export type HookOptions = FromPlace | FromStorage | FromSnapshot;

/** What a component wants, as its last render said it. */
export interface Wanted<State> {
  readonly options: HookOptions;
  readonly step: Step<State>;
}

/** What becomes of an update: another state, or an effect. */
export type Step<State> =
  | { readonly kind: "reduce"; readonly reduce: (state: State, update: Update<never>) => State }
  | { readonly kind: "handle"; readonly handle: (update: Update<never>) => void | Promise<void> };

/** Where a component that comes back goes on. */
export interface Reached {
  readonly cursor: Cursor;
  readonly scope: string | undefined;
}

/** Equal for options that choose the same events, however they were written. */
export function selectionKey(options: HookOptions): string {
  return JSON.stringify(selectionOf(options));
}

/** Equal for options that begin in the same way. Functions and storages are not compared: they may be written inline. */
export function beginningKey(options: HookOptions): string {
  const { bufferEvents } = options;
  if ("snapshot" in options) return JSON.stringify(["snapshot", bufferEvents, options.snapshotTimeoutMs]);
  const { after, scope, consumer } = options;
  return JSON.stringify(["key" in options ? options.key : null, bufferEvents, after, scope, consumer]);
}

export function selectionOf({ topics, filter, profile, delivery }: HookOptions): Selection {
  return { topics, filter, profile, delivery };
}

/** Options of one subscription whose functions are always those of the last render, and which goes on where it was. */
export function lasting(last: () => HookOptions, reached: Reached | undefined): HookOptions {
  const first = last();
  const onSignal: HookOptions["onSignal"] = (signal) => last().onSignal?.(signal);
  if ("snapshot" in first) {
    const loader = (now: HookOptions): FromSnapshot => ("snapshot" in now ? now : first);
    return { ...first, onSignal, snapshot: (signal) => loader(last()).snapshot(signal) };
  }
  const place = reached === undefined ? {} : { after: reached.cursor, scope: reached.scope };
  if (!("storage" in first)) return { ...first, ...place, onSignal };
  const keeper = (now: HookOptions): FromStorage["storage"] => ("storage" in now ? now : first).storage;
  const storage: FromStorage["storage"] = {
    // Memory knows better where this component is than what was kept for another time.
    getItem: (key) => (reached === undefined ? keeper(last()).getItem(key) : undefined),
    setItem: (key, value) => keeper(last()).setItem(key, value),
  };
  return { ...first, ...place, onSignal, storage };
}
