import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads";
import type { Broken } from "./calls.ts";
import { toFailure } from "./trouble.ts";

/**
 * The worker's side of a link: starts what the thread is for and hands it everything that waits, as one list.
 * When the start fails that is reported, once, and the thread does nothing more.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- who starts it says what its link asks and hears
export function serveThread<Options extends { readonly path: string }, Asked, Reported>(
  start: (options: Options, report: (reports: readonly Reported[]) => void) => (calls: readonly Asked[]) => void,
): void {
  const port = parentPort;
  if (port === null) throw new TypeError("this file is the start of a worker thread");
  const options = workerData as Options;
  try {
    const take = start(options, (reports) => port.postMessage(reports));
    port.on("message", (first) => take([first, ...waiting(port)] as Asked[]));
  } catch (error) {
    port.postMessage([{ broken: toFailure(options.path, error) } satisfies Broken]);
  }
}

function waiting(port: MessagePort): readonly unknown[] {
  const calls: unknown[] = [];
  for (;;) {
    const received = receiveMessageOnPort(port);
    if (received === undefined) return calls;
    calls.push(received.message);
  }
}
