import { ClientError } from "./error.ts";
import type { Runtime } from "./runtime.ts";
import { readPlace, storageKey, type Place } from "./storage.ts";
import { DEFAULT_SNAPSHOT_TIMEOUT_MS, type SubscribeOptions } from "./subscribe-options.ts";
import type { Snapshot } from "./update.ts";

/** Where a subscription begins: a kept or given place, or a state with its cursor. */
export interface Beginning {
  readonly after?: string | undefined;
  readonly scope?: string | undefined;
  readonly snapshot?: Snapshot<unknown> | undefined;
}

/** The place that the options themselves name; `undefined` where it has to be loaded first. */
export function givenPlace(options: SubscribeOptions): Beginning | undefined {
  if (options.snapshot !== undefined || options.storage !== undefined) return undefined;
  return { after: options.after, scope: options.scope };
}

/** Loads what the options say to begin with. Rejects as the loader or the storage does, and when a load takes too long. */
export async function loadBeginning(options: SubscribeOptions, runtime: Runtime): Promise<Beginning> {
  if (options.snapshot !== undefined) {
    const { snapshotTimeoutMs = DEFAULT_SNAPSHOT_TIMEOUT_MS } = options;
    const snapshot = await within(runtime, snapshotTimeoutMs, options.snapshot);
    return { after: snapshot.cursor, snapshot };
  }
  if (options.storage === undefined) return { after: options.after, scope: options.scope };
  const place: Place | undefined = readPlace(await options.storage.getItem(storageKey(options.key)));
  return place === undefined
    ? { after: options.after, scope: options.scope }
    : { after: place.cursor, scope: place.scope };
}

/** What `load` answers, unless it takes longer than it may; then it is told so and not waited for. */
async function within<Value>(
  runtime: Runtime,
  ms: number,
  load: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const abort = new AbortController();
  const late = new ClientError("unavailable", 503, `snapshot: took longer than snapshotTimeoutMs, ${ms} ms`);
  return new Promise((resolve, reject) => {
    const timer = runtime.later(ms, () => {
      abort.abort(late);
      reject(late);
    });
    load(abort.signal)
      .finally(() => timer.cancel())
      .then(resolve, reject);
  });
}
