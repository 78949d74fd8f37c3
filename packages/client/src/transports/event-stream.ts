import { follow } from "#stream";
import {
  CLOSE_CODES,
  SUBPROTOCOL,
  type Bye,
  type Delivery,
  type ErrorFrame,
  type Hello,
  type Notifications,
  type RequestFrame,
  type RequestId,
  type Scope,
  type SubscribeParams,
  type SubscribeResult,
} from "@fanfare/protocol";
import type { Door, Link, LinkEnd, LinkListener, ServerFrame, Transport } from "../core/link.ts";
import { ask, refusalOf, type Refusal } from "./http.ts";

/**
 * Links over Server-Sent Events and HTTP, for networks that let no WebSocket through. It says what a WebSocket says: one stream
 * carries all subscriptions, each change of them begins another one at the same places, and the rest are requests.
 */
export function eventStream(): Transport {
  return {
    name: "sse",
    open(door, listener) {
      const link = new StreamLink(door, listener);
      link.greet();
      return link;
    },
  };
}

/** Until a stream has said how often the hub beats. */
const HEARTBEAT_MS = 15_000;
/** Asked to find out whether the hub is there and lets this credential in. */
const PROBE = "api/v1/topics?limit=1";
/** The longest list of subscriptions that fits into an address which servers and proxies take. */
const LONGEST_LIST = 12_000;
/** Every subscription has a place in the next stream: there must be room for the longest one. */
const LONGEST_PLACE = { after: `${"e".repeat(32)}:${"9".repeat(16)}`, scope: "s".repeat(32) };
const EVENTS = ["hello", "subscribed", "deliver", "signal", "ended", "bye"];

interface Member {
  readonly params: SubscribeParams;
  /** The request that waits for its answer. */
  readonly id?: RequestId | undefined;
}

class StreamLink implements Link {
  readonly #listener: LinkListener;
  readonly #over = new AbortController();
  /** The subscriptions, each with its place, since every change of them needs a new stream. */
  readonly #members = new Map<string, Member>();
  #door: Door;
  #stream: AbortController | undefined;
  #scheduled = false;
  /** Members of the stream that it has not opened yet. */
  #unopened = 0;
  /** New members that are asked for at once: fewer after the hub refused several and did not say for which, then more again. */
  #most = Number.POSITIVE_INFINITY;
  #renewing: { readonly id: RequestId; readonly scopes: Record<string, Scope> } | undefined;

  constructor(door: Door, listener: LinkListener) {
    this.#door = door;
    this.#listener = listener;
  }

  greet(): void {
    const time = new Date().toISOString();
    const { profile = "default" } = this.#door;
    const hello: Hello = { connection: "", protocol: SUBPROTOCOL, time, heartbeat: HEARTBEAT_MS, profile, limits: {} };
    void this.#ask(PROBE, undefined, (_, refusal) => {
      if (refusal === undefined) this.#tell("hello", hello);
      else this.#end(refusal);
    });
  }

  send({ id, method, params }: RequestFrame): void {
    switch (method) {
      case "subscribe":
        return this.#subscribe(id, params);
      case "unsubscribe":
        if (this.#members.delete(params.subscription)) this.#change();
        return this.#say({ id, result: params });
      case "renew":
        this.#door = { ...this.#door, token: params.token };
        this.#renewing = { id, scopes: {} };
        return this.#change();
      case "publish":
        return this.#call(id, `api/v1/topics/${params.topic}/events`, params.events);
      case "signal": {
        const { topic, ...signal } = params;
        return this.#call(id, `api/v1/topics/${topic}/signals`, signal);
      }
      case "ack": {
        const consumer = this.#members.get(params.subscription)?.params.consumer ?? "";
        return this.#call(id, `api/v1/consumers/${encodeURIComponent(consumer)}/ack`, { cursor: params.cursor });
      }
      case "ping":
        return this.#call(id, PROBE);
    }
  }

  close(): void {
    this.#over.abort();
  }

  #subscribe(id: RequestId, params: SubscribeParams): void {
    this.#members.set(params.subscription, { id, params });
    const placed = [...this.#members.values()].map((member) => ({ params: { ...member.params, ...LONGEST_PLACE } }));
    const { length } = encodeURIComponent(this.#list(placed));
    if (length <= LONGEST_LIST) return this.#change();
    this.#members.delete(params.subscription);
    const message = `subscriptions: ${length} characters, at most ${LONGEST_LIST} go into a stream's address`;
    this.#say({ id, error: { code: 0, message, data: { code: "limit_exceeded", status: 400 } } });
  }

  /** What over HTTP is a request of its own. */
  #call(id: RequestId, path: string, body?: unknown): void {
    void this.#ask(path, body, (result, refusal) =>
      this.#say(refusal === undefined ? { id, result: result as SubscribeResult } : { id, error: refusal.error }),
    );
  }

  /** Whoever is not reached ends the link. */
  async #ask(path: string, body: unknown, tell: (result: unknown, refusal?: Refusal) => void): Promise<void> {
    try {
      const response = await ask(this.#door, path, body, this.#over.signal);
      if (response.ok) tell(await response.json());
      else tell(undefined, await refusalOf(response));
    } catch (error) {
      this.#lost(error);
    }
  }

  /** Begins another stream, once for all changes of this turn. */
  #change(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      this.#stream?.abort();
      const all = [...this.#members.values()];
      const waiting = all.filter(({ id }) => id !== undefined);
      const asked = waiting.slice(0, this.#most);
      if (all.length > 0) void this.#follow([...all.filter(({ id }) => id === undefined), ...asked], asked);
      else this.#renewed();
    });
  }

  async #follow(members: readonly Member[], asked: readonly Member[]): Promise<void> {
    const stream = new AbortController();
    this.#stream = stream;
    this.#unopened = members.length;
    const { url: base, profile, token } = this.#door;
    const url = new URL("api/v1/events?format=deliveries", base);
    url.searchParams.set("subscriptions", this.#list(members));
    if (profile !== undefined) url.searchParams.set("profile", profile);
    const signal = AbortSignal.any([stream.signal, this.#over.signal]);
    try {
      const refused = await follow({ url, token, events: EVENTS, signal }, (event, data) => this.#take(event, data));
      const refusal = refused === undefined ? undefined : await refusalOf(refused);
      if (stream.signal.aborted) return;
      if (refusal !== undefined) this.#refused(asked, refusal);
      else if (this.#members.size > 0) throw new Error("the stream ended");
    } catch (error) {
      if (!stream.signal.aborted) this.#lost(error);
    }
  }

  /** The hub refuses the request for one of its subscriptions, and does not say for which. */
  #refused(asked: readonly Member[], refusal: Refusal): void {
    const { status, error } = refusal;
    const [first] = asked;
    if (first?.id === undefined || status === 401 || status === 429 || status >= 500) return this.#end(refusal);
    if (asked.length === 1) {
      this.#members.delete(first.params.subscription);
      this.#say({ id: first.id, error });
    }
    this.#most = Math.ceil(asked.length / 2);
    this.#change();
  }

  #take(event: string, data: string): void {
    const params: unknown = JSON.parse(data);
    if (event === "subscribed") this.#opened(params as SubscribeResult);
    else if (event === "bye") this.#bye(params as Bye);
    else {
      const { subscription, cursor } = params as Delivery;
      const member = this.#members.get(subscription);
      if (event === "ended") this.#members.delete(subscription);
      else if (event === "deliver" && member !== undefined) this.#move(member, { after: cursor });
      this.#tell(event as "deliver", params as Delivery);
    }
  }

  #bye({ reason, reconnectAfterMs, code = CLOSE_CODES.goingAway, message = reason }: Bye): void {
    this.#end({ code, reason: message, retryAfterMs: reconnectAfterMs });
  }

  #opened(result: SubscribeResult): void {
    const member = this.#members.get(result.subscription);
    if (member !== undefined) {
      const { id, params } = member;
      if (id !== undefined) this.#say({ id, result });
      else if (this.#renewing !== undefined && params.scope !== result.scope)
        this.#renewing.scopes[result.subscription] = result.scope as Scope;
      this.#move({ params }, { after: result.cursor, scope: result.scope });
    }
    this.#unopened -= 1;
    if (this.#unopened > 0) return;
    this.#renewed();
    const waits = [...this.#members.values()].some(({ id }) => id !== undefined);
    this.#most = waits ? this.#most * 2 : Number.POSITIVE_INFINITY;
    if (waits) this.#change();
  }

  #move({ id, params }: Member, place: Partial<SubscribeParams>): void {
    this.#members.set(params.subscription, { id, params: { ...params, ...place } });
  }

  #list(members: readonly Member[]): string {
    return JSON.stringify(members.map(({ params }) => params));
  }

  /** The first stream under the new credential is open. */
  #renewed(): void {
    if (this.#renewing === undefined) return;
    const { id, scopes } = this.#renewing;
    this.#renewing = undefined;
    this.#say({ id, result: { scopes } });
  }

  #tell<M extends keyof Notifications>(method: M, params: Notifications[M]): void {
    this.#say({ method, params });
  }

  #say(
    frame: { id: RequestId; result: unknown } | Pick<ErrorFrame, "id" | "error"> | { method: string; params: unknown },
  ): void {
    if (!this.#over.signal.aborted) this.#listener.received({ jsonrpc: "2.0", ...frame } as ServerFrame);
  }

  #lost(error: unknown): void {
    this.#end({ code: 1006, reason: String(error) });
  }

  #end(end: LinkEnd): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#listener.closed(end);
  }
}
