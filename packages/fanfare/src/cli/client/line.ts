import {
  CLOSE_CODES,
  SUBPROTOCOL,
  type Delivery,
  type ErrorFrame,
  type NotificationFrame,
  type Signal,
  type SubscribeParams,
  type SubscribeResult,
} from "@fanfare/protocol";
import type { Api } from "./api.ts";

/** Told what comes over a connection. */
export interface LineListener {
  subscribed(result: SubscribeResult): void;
  /** Answers `false` when the delivery does not continue what came before: the connection is then given up. */
  delivered(delivery: Delivery): boolean;
  signalled(signal: Signal): void;
}

export interface LineOptions {
  readonly api: Api;
  readonly profile: string | undefined;
  readonly params: Omit<SubscribeParams, "subscription">;
  readonly signal: AbortSignal;
  readonly listener: LineListener;
}

/** Why a connection ended. `afterMs` is the daemon's wish for when to come back. */
export type LineEnd =
  /** Come again with the cursor. */
  | { readonly kind: "lost"; readonly reason: string; readonly afterMs: number | undefined }
  /** It never opened; asking over HTTP tells why. */
  | { readonly kind: "unopened" }
  /** Coming again would end the same way. */
  | { readonly kind: "refused"; readonly reason: string };

/** Heartbeats that may be missed before a silent connection counts as dead. */
const MISSED = 2.5;
/** Until `hello` has said how often it beats. */
const FIRST_SILENCE_MS = 15_000;

/** Opens one WebSocket with one subscription and stays with it to its end, which never rejects. */
export function runLine(options: LineOptions): Promise<LineEnd> {
  return new Promise((resolve) => {
    new Line(options, resolve).listen();
  });
}

type Frame =
  | NotificationFrame
  | ErrorFrame
  | { readonly method?: undefined; readonly id: number; readonly result: SubscribeResult };

class Line {
  readonly #options: LineOptions;
  readonly #resolve: (end: LineEnd) => void;
  readonly #socket: WebSocket;
  #silence: NodeJS.Timeout | undefined;
  #silenceMs = FIRST_SILENCE_MS;
  #opened = false;
  #afterMs: number | undefined;

  constructor(options: LineOptions, resolve: (end: LineEnd) => void) {
    const { api, profile } = options;
    const url = api.address("api/v1/ws");
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    if (profile !== undefined) url.searchParams.set("profile", profile);
    const headers = api.token === undefined ? {} : { authorization: `Bearer ${api.token}` };
    this.#options = options;
    this.#resolve = resolve;
    this.#socket = new WebSocket(url, { protocols: [SUBPROTOCOL], headers });
  }

  listen(): void {
    const { signal } = this.#options;
    const stop = (): void => this.#end({ kind: "lost", reason: "stopped", afterMs: undefined });
    signal.addEventListener("abort", stop);
    this.#socket.addEventListener("message", ({ data }) => {
      this.#watch();
      this.#take(JSON.parse(String(data)) as Frame);
    });
    this.#socket.addEventListener("close", ({ code, reason }) => {
      signal.removeEventListener("abort", stop);
      this.#end(this.#endOf(code, reason));
    });
    // The close event follows with all there is to know.
    this.#socket.addEventListener("error", () => undefined);
    this.#watch();
  }

  #take(frame: Frame): void {
    if ("error" in frame) return this.#fail(frame);
    if (frame.method === undefined) return this.#options.listener.subscribed(frame.result);
    switch (frame.method) {
      case "hello": {
        this.#opened = true;
        this.#silenceMs = frame.params.heartbeat * MISSED;
        this.#send("subscribe", { subscription: "1", ...this.#options.params });
        break;
      }
      case "deliver": {
        if (!this.#options.listener.delivered(frame.params))
          this.#end({ kind: "lost", reason: "a delivery is missing", afterMs: 0 });
        break;
      }
      case "signal": {
        this.#options.listener.signalled(frame.params);
        break;
      }
      case "ended": {
        this.#end({ kind: "refused", reason: `the subscription was ended: ${frame.params.code}` });
        break;
      }
      case "goaway": {
        this.#afterMs = frame.params.reconnectAfterMs;
        break;
      }
    }
  }

  #send(method: string, params: object): void {
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  }

  #fail({ error }: ErrorFrame): void {
    const reason = `${error.data.code}: ${error.message}`;
    const passing = error.data.status === 503 || error.data.code === "rate_limited";
    this.#end(passing ? { kind: "lost", reason, afterMs: undefined } : { kind: "refused", reason });
  }

  #endOf(code: number, reason: string): LineEnd {
    if (!this.#opened) return { kind: "unopened" };
    const words = `closed with ${code}${reason === "" ? "" : `: ${reason}`}`;
    const final: readonly number[] = [CLOSE_CODES.protocol, CLOSE_CODES.unauthenticated, CLOSE_CODES.forbidden];
    if (final.includes(code)) return { kind: "refused", reason: words };
    return { kind: "lost", reason: words, afterMs: this.#afterMs };
  }

  #watch(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#end({ kind: "lost", reason: "no heartbeat", afterMs: undefined });
    }, this.#silenceMs);
  }

  /** The first reason stands. What a peer that may be dead still has to say is not waited for. */
  #end(end: LineEnd): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
    this.#socket.close();
    this.#resolve(end);
  }
}
