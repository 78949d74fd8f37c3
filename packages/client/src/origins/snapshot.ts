import { ClientError, lostError } from "../core/error.ts";
import type { Origin } from "../core/origin.ts";
import type { Runtime } from "../core/runtime.ts";
import type { FromSnapshot } from "./subscribe-options.ts";

const TIMEOUT_MS = 30_000;

/** Begins with a state that is loaded, and loaded again when events are missing. What is being loaded when it is `over` is aborted. */
export function snapshotOrigin<State>(
  options: FromSnapshot<string, State>,
  runtime: Runtime,
  over: AbortSignal,
): Origin<State> {
  const { snapshot: load, snapshotTimeoutMs: ms = TIMEOUT_MS } = options;
  return {
    // A state is one of its selection; and for what a counted gap `superseded` leaves out, newer events of the same key stand.
    reloads: (gap) => gap?.reason !== "superseded" || gap.atLeast !== undefined,
    async load() {
      const abort = new AbortController();
      const { promise: givenUp, reject } = Promise.withResolvers<never>();
      const giveUp = (error: Error): void => {
        abort.abort(error);
        reject(error);
      };
      const leave = (): void => giveUp(lostError("snapshot: its subscription is over"));
      const timer = runtime.later(ms, () =>
        giveUp(new ClientError("unavailable", 503, `snapshot: took longer than snapshotTimeoutMs, ${ms} ms`)),
      );
      over.addEventListener("abort", leave);
      try {
        const snapshot = await Promise.race([load(abort.signal), givenUp]);
        // Without one the hub would begin at `now`, and nobody would know what is missing.
        if (typeof snapshot.cursor !== "string") throw new TypeError("snapshot: the loaded state has no cursor");
        return { after: snapshot.cursor, snapshot };
      } finally {
        timer.cancel();
        over.removeEventListener("abort", leave);
      }
    },
  };
}
