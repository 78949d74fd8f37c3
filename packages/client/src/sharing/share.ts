import type { Transport } from "../core/link.ts";
import { SharedLink, type StartedWorker, type Terms } from "./shared-link.ts";

/** How the tabs of a browser share a connection. */
export interface SharingOptions {
  /** Shares with those clients only that give the same name; default the empty one. */
  readonly name?: string | undefined;
  /**
   * Starts the worker that holds the connection, under the given name; default the script of this package, as bundlers find it. Of
   * an own script that is needed is `import "@fanfare/client/worker"`. `false` lets one of the tabs hold the connection, which is
   * also what happens where the worker can't be started.
   *
   * @example
   * const worker = (name: string) => new SharedWorker("/fanfare-worker.js", { type: "module", name });
   */
  readonly worker?: ((name: string) => StartedWorker) | false | undefined;
  /** Frames that may wait until a busy tab has read them, at least 1; beyond it the tab comes back with its cursors. Default 1 000. */
  readonly waitingFrames?: number | undefined;
  /**
   * Milliseconds to wait for whoever holds the connection, first for a worker and then for a tab, before this client makes an own
   * one; default 3 000.
   */
  readonly patienceMs?: number | undefined;
}

const WAITING_FRAMES = 1000;
const PATIENCE_MS = 3000;

/**
 * One connection for all tabs of a browser that are of one origin and reach the same hub under the same profile with the same
 * rights. Each tab keeps its own subscriptions, filters and cursors; when the connection's holder dies, the next one takes over
 * and every tab goes on at its own cursor. Where tabs can't share (Node, and pages that came over plain HTTP from elsewhere than
 * `localhost`, since browsers give them no locks) the answer is the transport itself.
 *
 * A token that is a JWT is compared by all that it says but when it was issued and ends, any other one as a whole. **A cookie cannot be
 * seen**: where it says who somebody is, give a name that does, such as a user's id.
 *
 * @example
 * import { createCoreClient, shareTabs, webSocket } from "@fanfare/client";
 *
 * const client = createCoreClient({ url: "http://127.0.0.1:3001", transport: shareTabs(webSocket(), { worker: false }) });
 */
export function shareTabs(transport: Transport, options: SharingOptions = {}): Transport {
  const { name = "", worker = packageWorker, waitingFrames = WAITING_FRAMES, patienceMs = PATIENCE_MS } = options;
  if (waitingFrames < 1) throw new RangeError(`waitingFrames: ${waitingFrames}, must be at least 1`);
  // Neither Node nor a page that came over plain HTTP says so, and only where it is so there are locks.
  if (!globalThis.isSecureContext) return transport;
  const terms: Terms = { name, worker: worker === false ? undefined : worker, waitingFrames, patienceMs, transport };
  return { name: "shared", open: (door, listener) => new SharedLink(door, listener, terms) };
}

/** Bundlers know this form and put the worker's script where it is found. */
function packageWorker(name: string): StartedWorker {
  return new SharedWorker(new URL("worker.js", import.meta.url), { type: "module", name });
}
