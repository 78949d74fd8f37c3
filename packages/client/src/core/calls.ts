import type { Method, RequestFrame, Requests, Responses } from "@fanfare/protocol";
import { toClientError, type ClientError } from "./error.ts";
import type { ServerFrame } from "./link.ts";
import type { Runtime, Timer } from "./runtime.ts";

interface Call {
  readonly resolve: (result: Responses[Method]) => void;
  readonly reject: (error: Error) => void;
  readonly timer: Timer;
}

/** The link went before the answer came: what was asked may or may not have been done. */
export class LostError extends Error {
  override readonly name = "LostError";
}

/** Requests of one link that wait for their answers. */
export class Calls {
  readonly #runtime: Runtime;
  readonly #send: (frame: RequestFrame) => void;
  readonly #onTimeout: () => void;
  readonly #timeoutMs: number;
  readonly #open = new Map<number, Call>();
  #last = 0;

  constructor(runtime: Runtime, timeoutMs: number, send: (frame: RequestFrame) => void, onTimeout: () => void) {
    this.#runtime = runtime;
    this.#timeoutMs = timeoutMs;
    this.#send = send;
    this.#onTimeout = onTimeout;
  }

  /** Rejects with {@link ClientError} when it is refused and with {@link LostError} when the link goes. */
  request<M extends Method>(
    method: M,
    params: Requests[M],
    timeoutMs: number = this.#timeoutMs,
  ): Promise<Responses[M]> {
    const id = (this.#last += 1);
    return new Promise((resolve, reject) => {
      // A link that answers nothing is no link, whatever its socket says.
      const timer = this.#runtime.later(timeoutMs, this.#onTimeout);
      this.#open.set(id, { resolve: resolve as Call["resolve"], reject, timer });
      this.#send({ jsonrpc: "2.0", id, method, params } as RequestFrame);
    });
  }

  settle(frame: Exclude<ServerFrame, { readonly method: string }>): void {
    const call = this.#open.get(Number(frame.id));
    if (call === undefined) return;
    this.#open.delete(Number(frame.id));
    call.timer.cancel();
    if ("error" in frame) call.reject(toClientError(frame.error));
    else call.resolve(frame.result);
  }

  fail(reason: string): void {
    for (const { reject, timer } of this.#open.values()) {
      timer.cancel();
      reject(new LostError(reason));
    }
    this.#open.clear();
  }
}
