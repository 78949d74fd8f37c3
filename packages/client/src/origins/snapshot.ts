import { ClientError } from "../core/error.ts";
import type { Origin } from "../core/origin.ts";
import type { Runtime } from "../core/runtime.ts";
import type { FromSnapshot } from "./subscribe-options.ts";

const TIMEOUT_MS = 30_000;

/** Begins with a state that is loaded, and loaded again when events are missing. */
export function snapshotOrigin<State>(options: FromSnapshot<string, State>, runtime: Runtime): Origin<State> {
  const { snapshot: load, snapshotTimeoutMs: ms = TIMEOUT_MS } = options;
  return {
    // A state is one of its selection; and for what a counted gap `superseded` leaves out, newer events of the same key stand.
    reloads: (gap) => gap?.reason !== "superseded" || gap.atLeast !== undefined,
    load: () =>
      new Promise((resolve, reject) => {
        const abort = new AbortController();
        const timer = runtime.later(ms, () => {
          const late = new ClientError("unavailable", 503, `snapshot: took longer than snapshotTimeoutMs, ${ms} ms`);
          abort.abort(late);
          reject(late);
        });
        load(abort.signal)
          .finally(() => timer.cancel())
          .then((snapshot) => {
            // Without one the hub would begin at `now`, and nobody would know what is missing.
            if (typeof snapshot.cursor !== "string") throw new TypeError("snapshot: the loaded state has no cursor");
            resolve({ after: snapshot.cursor, snapshot });
          })
          .catch(reject);
      }),
  };
}
