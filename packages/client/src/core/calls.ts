import type { Method, RequestFrame, Requests, Responses } from "@fanfare/protocol";
import { lostError, toClientError } from "./error.ts";
import type { ServerFrame } from "./link.ts";
import type { Runtime, Timer } from "./runtime.ts";

/** Requests of one link that wait for their answers. */
export interface Calls {
  /** Rejects with `ClientError` when it is refused and when the link goes. */
  request<M extends Method>(method: M, params: Requests[M], timeoutMs: number): Promise<Responses[M]>;
  settle(frame: Exclude<ServerFrame, { readonly method: string }>): void;
  /** The link is gone. */
  fail(): void;
}

interface Call {
  resolve(result: Responses[Method]): void;
  reject(error: Error): void;
  readonly timer: Timer;
}

/** A link that answers nothing is no link, whatever its socket says: `onTimeout` is told. */
export function createCalls(
  runtime: Pick<Runtime, "later">,
  send: (frame: RequestFrame) => void,
  onTimeout: () => void,
): Calls {
  const open = new Map<unknown, Call>();
  let last = 0;
  return {
    request: (method, params, timeoutMs) =>
      new Promise((resolve, reject) => {
        const id = (last += 1);
        open.set(id, { resolve: resolve as Call["resolve"], reject, timer: runtime.later(timeoutMs, onTimeout) });
        send({ jsonrpc: "2.0", id, method, params } as RequestFrame);
      }),
    settle(frame) {
      const call = open.get(frame.id);
      open.delete(frame.id);
      call?.timer.cancel();
      if ("error" in frame) call?.reject(toClientError(frame.error));
      else call?.resolve(frame.result);
    },
    fail() {
      for (const { reject, timer } of open.values()) {
        timer.cancel();
        reject(lostError());
      }
      open.clear();
    },
  };
}
