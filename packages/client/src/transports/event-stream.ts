import {
  CLOSE_CODES,
  SUBPROTOCOL,
  type Bye,
  type Delivery,
  type Ended,
  type ErrorFrame,
  type Hello,
  type Method,
  type Notifications,
  type RequestFrame,
  type RequestId,
  type Requests,
  type Responses,
  type Scope,
  type Signal,
  type SubscribeResult,
} from "@fanfare/protocol";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Door, Link, LinkEnd, LinkListener, ServerFrame, Transport } from "../core/link.ts";
import { ask, endOf, refusalOf, type Fetch, type Refusal } from "./http.ts";
import { StreamRoster } from "./stream-roster.ts";

/**
 * Links over Server-Sent Events and HTTP, for networks that let no WebSocket through. It says what a WebSocket says: one stream
 * carries all subscriptions, each change of them begins another one at the same places, and the rest are requests.
 */
export function eventStream(options: { readonly fetch?: Fetch | undefined } = {}): Transport {
  const fetch: Fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
  return {
    name: "sse",
    open(door, listener) {
      const link = new StreamLink(door, listener, fetch);
      void link.greet();
      return link;
    },
  };
}

/** Until a stream has said how often the hub beats. */
const HEARTBEAT_MS = 15_000;

class StreamLink implements Link {
  readonly #fetch: Fetch;
  readonly #listener: LinkListener;
  readonly #roster = new StreamRoster();
  readonly #over = new AbortController();
  #door: Door;
  #stream: AbortController | undefined;
  #scheduled = false;
  /** Subscriptions of the stream that it has not opened yet. */
  #unopened = 0;
  /** How many new subscriptions the next stream asks for: one by one when of several the hub refused one. */
  #most = Number.POSITIVE_INFINITY;
  #renewing: { readonly id: RequestId; readonly scopes: Record<string, Scope> } | undefined;

  constructor(door: Door, listener: LinkListener, fetch: Fetch) {
    this.#door = door;
    this.#listener = listener;
    this.#fetch = fetch;
  }

  /** Finds out whether the hub lets this credential in. */
  async greet(): Promise<void> {
    const time = new Date().toISOString();
    const { profile = "default" } = this.#door;
    const hello: Hello = { connection: "", protocol: SUBPROTOCOL, time, heartbeat: HEARTBEAT_MS, profile, limits: {} };
    await this.#call(
      "api/v1/topics?limit=1",
      undefined,
      () => this.#tell("hello", hello),
      (refusal) => this.#end(endOf(refusal)),
    );
  }

  send(frame: RequestFrame): void {
    const { id } = frame;
    switch (frame.method) {
      case "subscribe": {
        const wrong = this.#roster.add(id, frame.params);
        if (wrong === undefined) return this.#change();
        return this.#refuse(id, { code: 0, message: wrong, data: { code: "limit_exceeded", status: 400 } });
      }
      case "unsubscribe": {
        const params = this.#roster.remove(frame.params.subscription);
        if (params !== undefined) this.#change();
        return this.#answer(id, frame.params as Responses["unsubscribe"]);
      }
      case "renew":
        this.#door = { ...this.#door, token: frame.params.token };
        this.#renewing = { id, scopes: {} };
        return this.#change();
      case "publish":
      case "ack":
      case "signal":
      case "ping":
        void this.#request(frame);
    }
  }

  close(): void {
    this.#over.abort();
  }

  /** What over HTTP is a request of its own. */
  async #request({
    id,
    method,
    params,
  }: Exclude<RequestFrame, { method: "subscribe" | "unsubscribe" | "renew" }>): Promise<void> {
    const [path, body] = this.#place(method, params);
    await this.#call(
      path,
      body,
      (result) => this.#answer(id, result as Responses[Method]),
      ({ error }) => this.#refuse(id, error),
    );
  }

  #place(method: Method, params: Requests[Method]): readonly [path: string, body?: unknown] {
    const { topic = "", events, ...rest } = params as Partial<Requests["publish"] & Requests["ack"]>;
    if (method === "publish") return [`api/v1/topics/${topic}/events`, events];
    if (method === "signal") return [`api/v1/topics/${topic}/signals`, rest];
    if (method === "ping") return ["api/v1/topics?limit=1"];
    const consumer = this.#roster.consumerOf(rest.subscription ?? "") ?? "";
    return [`api/v1/consumers/${encodeURIComponent(consumer)}/ack`, { cursor: rest.cursor }];
  }

  /** One request. Whoever is not reached ends the link. */
  async #call(
    path: string,
    body: unknown,
    done: (result: unknown) => void,
    refused: (refusal: Refusal) => void,
  ): Promise<void> {
    try {
      const response = await ask(this.#fetch, this.#door, path, { signal: this.#over.signal }, body);
      if (!response.ok) return refused(await refusalOf(response));
      done(await response.json());
    } catch (error) {
      this.#end({ code: 1006, reason: String(error) });
    }
  }

  /** Begins another stream, once for all changes of this turn. */
  #change(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      this.#stream?.abort();
      this.#stream = undefined;
      if (!this.#roster.empty) void this.#follow(this.#roster.select(this.#most));
      else this.#renewed();
    });
  }

  async #follow(names: readonly string[]): Promise<void> {
    const stream = new AbortController();
    this.#stream = stream;
    this.#unopened = names.length;
    const signal = AbortSignal.any([stream.signal, this.#over.signal]);
    const query = new URLSearchParams({ format: "deliveries", subscriptions: this.#roster.query(names) });
    if (this.#door.profile !== undefined) query.set("profile", this.#door.profile);
    try {
      const init = { signal, headers: { accept: "text/event-stream" }, cache: "no-store" } as const;
      const response = await ask(this.#fetch, this.#door, `api/v1/events?${query}`, init);
      if (!response.ok || response.body === null) return this.#refused(names, await refusalOf(response));
      const parser = createParser({ onEvent: (event) => signal.aborted || this.#take(event) });
      const decoder = new TextDecoder();
      for await (const bytes of response.body) parser.feed(decoder.decode(bytes, { stream: true }));
      if (!this.#roster.empty) throw new Error("the stream ended");
    } catch (error) {
      if (!stream.signal.aborted) this.#end({ code: 1006, reason: String(error) });
    }
  }

  /** The hub refuses a request for one of its subscriptions, and does not say for which. */
  #refused(names: readonly string[], refusal: Refusal): void {
    const waiting = this.#roster.waiting(names);
    const [only] = waiting;
    const { status, error } = refusal;
    if (only === undefined || status === 401 || status === 429 || status >= 500) return this.#end(endOf(refusal));
    if (waiting.length === 1) {
      const [name, id] = only;
      this.#roster.remove(name);
      this.#refuse(id, error);
    }
    this.#most = 1;
    this.#change();
  }

  #take({ event, data }: EventSourceMessage): void {
    const params: unknown = JSON.parse(data);
    switch (event) {
      case "hello":
        return this.#tell("hello", params as Hello);
      case "subscribed":
        return this.#opened(params as SubscribeResult);
      case "deliver":
        this.#roster.moved(params as Delivery);
        return this.#tell("deliver", params as Delivery);
      case "signal":
        return this.#tell("signal", params as Signal);
      case "ended":
        this.#roster.remove((params as Ended).subscription);
        return this.#tell("ended", params as Ended);
      case "bye": {
        const { reason, reconnectAfterMs, code = CLOSE_CODES.goingAway, message = reason } = params as Bye;
        return this.#end({ code, reason: message, retryAfterMs: reconnectAfterMs });
      }
      case undefined:
      default:
      // Of a newer hub.
    }
  }

  #opened(result: SubscribeResult): void {
    const { id, rescoped } = this.#roster.opened(result);
    if (rescoped === true && this.#renewing !== undefined)
      this.#renewing.scopes[result.subscription] = result.scope as Scope;
    if (id !== undefined) this.#answer(id, result);
    this.#unopened -= 1;
    if (this.#unopened > 0) return;
    this.#renewed();
    this.#admitNext();
  }

  /** After a refusal they are asked for one by one, until all are answered. */
  #admitNext(): void {
    if (this.#most > 1) return;
    if (this.#roster.waiting(this.#roster.select(1)).length > 0) this.#change();
    else this.#most = Number.POSITIVE_INFINITY;
  }

  /** The first stream under the new credential is open. */
  #renewed(): void {
    if (this.#renewing === undefined) return;
    const { id, scopes } = this.#renewing;
    this.#renewing = undefined;
    this.#answer(id, { scopes });
  }

  #tell<M extends keyof Notifications>(method: M, params: Notifications[M]): void {
    if (!this.#over.signal.aborted) this.#listener.received({ jsonrpc: "2.0", method, params } as ServerFrame);
  }

  #answer(id: RequestId, result: Responses[Method]): void {
    if (!this.#over.signal.aborted) this.#listener.received({ jsonrpc: "2.0", id, result });
  }

  #refuse(id: RequestId, error: ErrorFrame["error"]): void {
    if (!this.#over.signal.aborted) this.#listener.received({ jsonrpc: "2.0", id, error });
  }

  #end(end: LinkEnd): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#listener.closed(end);
  }
}
