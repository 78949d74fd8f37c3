import type { Method, RequestFrame, Requests, Responses } from "@fanfare/protocol";
import { lostError, toClientError } from "./error.ts";
import type { Link, ServerFrame } from "./link.ts";
import type { Runtime, Timer } from "./runtime.ts";

/** Requests of one link that wait for their answers. */
export interface Calls {
  /** Rejects with `ClientError` when it is refused and when the link goes. `answered` is called at once. */
  request<M extends Method>(
    method: M,
    params: Requests[M],
    timeoutMs: number,
    answered?: (result: Responses[M]) => void,
  ): Promise<Responses[M]>;
  settle(frame: Exclude<ServerFrame, { readonly method: string }>): void;
  /** Ends the link. */
  close(): void;
}

interface Call {
  resolve(result: Responses[Method]): void;
  reject(error: Error): void;
  readonly timer: Timer;
}

/** A link that answers nothing is no link, whatever its socket says: `onTimeout` is told. */
export function createCalls(runtime: Pick<Runtime, "later">, link: Link, onTimeout: () => void): Calls {
  const open = new Map<unknown, Call>();
  let last = 0;
  return {
    request: (method, params, timeoutMs, answered) =>
      new Promise((done, reject) => {
        const id = (last += 1);
        const resolve = (result: Responses[typeof method]): void => {
          answered?.(result);
          done(result);
        };
        open.set(id, { resolve, reject, timer: runtime.later(timeoutMs, onTimeout) });
        link.send({ jsonrpc: "2.0", id, method, params } as RequestFrame);
      }),
    settle(frame) {
      const call = open.get(frame.id);
      open.delete(frame.id);
      call?.timer.cancel();
      if ("error" in frame) call?.reject(toClientError(frame.error));
      else call?.resolve(frame.result);
    },
    close() {
      link.close();
      for (const { reject, timer } of open.values()) {
        timer.cancel();
        reject(lostError());
      }
      open.clear();
    },
  };
}
