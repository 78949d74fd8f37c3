import type {
  ErrorFrame,
  Hello,
  NotificationFrame,
  RenewResult,
  RequestFrame,
  RequestId,
  ResultFrame,
  Scope,
  SubscribeResult,
} from "@fanfare/protocol";
import type { Door, Link, LinkEnd, LinkListener, ServerFrame, Transport } from "../core/link.ts";

interface Tab {
  readonly listener: LinkListener;
  /** Its open subscriptions. */
  readonly names: Set<string>;
  /** Scopes that a renewal changed, until the tab's own renewal tells it. */
  scopes: Record<string, Scope>;
}

/**
 * Many tabs over one link, to each as if the link were its own. The link is opened with the first tab and closed with the last;
 * its end is every tab's. It keeps nothing of any event: who comes back over another link brings its own cursors.
 *
 * On the link a subscription is called `tab.name` and a request `tab.method.id`, so that all answers say where they go.
 */
export class Switchboard implements Transport {
  readonly name: string;
  readonly #transport: Transport;
  readonly #now: () => number;
  readonly #tabs = new Map<string, Tab>();
  #last = 0;
  #link: Link | undefined;
  #hello: Hello | undefined;
  #greetedAt = 0;

  constructor(transport: Transport, now: () => number = Date.now) {
    this.name = transport.name;
    this.#transport = transport;
    this.#now = now;
  }

  /** Plugs a tab in. The link goes through the door of the tab that came first. */
  open(door: Door, listener: LinkListener): Link {
    const key = String((this.#last += 1));
    const tab: Tab = { listener, names: new Set(), scopes: {} };
    this.#tabs.set(key, tab);
    if (this.#link === undefined) this.#connect(door);
    else queueMicrotask(() => this.#greet(key));
    return {
      send: (frame) => {
        if (this.#tabs.has(key)) this.#send(key, frame);
      },
      close: () => {
        if (this.#tabs.delete(key)) this.#left(key, tab);
      },
    };
  }

  #connect(door: Door): void {
    this.#link = this.#transport.open(door, {
      received: (frame) => {
        if ("method" in frame) this.#notified(frame);
        else this.#answered(frame);
      },
      closed: (end) => this.#ended(end),
    });
  }

  /** What is told again is as old as the link, but for the hub's time. */
  #greet(key: string): void {
    if (this.#hello === undefined) return;
    const time = new Date(Date.parse(this.#hello.time) + this.#now() - this.#greetedAt).toISOString();
    this.#tell(key, { jsonrpc: "2.0", method: "hello", params: { ...this.#hello, time } });
  }

  #tell(key: string, frame: ServerFrame): void {
    this.#tabs.get(key)?.listener.received(frame);
  }

  #send(key: string, { id, method, params }: Omit<RequestFrame, "jsonrpc">): void {
    const own = "subscription" in params ? { ...params, subscription: `${key}.${params.subscription}` } : params;
    this.#link?.send({
      jsonrpc: "2.0",
      id: `${key}.${method}.${JSON.stringify(id)}`,
      method,
      params: own,
    } as RequestFrame);
  }

  #unsubscribe(key: string, subscription: string): void {
    this.#send(key, { id: 0, method: "unsubscribe", params: { subscription } });
  }

  #left(key: string, { names }: Tab): void {
    for (const name of names) this.#unsubscribe(key, name);
    if (this.#tabs.size > 0) return;
    this.#link?.close();
    this.#forget();
  }

  #ended(end: LinkEnd): void {
    this.#forget();
    const tabs = [...this.#tabs.values()];
    this.#tabs.clear();
    for (const { listener } of tabs) listener.closed(end);
  }

  #forget(): void {
    this.#link = undefined;
    this.#hello = undefined;
  }

  #notified(frame: NotificationFrame): void {
    const { method, params } = frame;
    if (method === "hello") {
      this.#hello = params;
      this.#greetedAt = this.#now();
    }
    if ("subscription" in params) {
      const [key, subscription] = apart(params.subscription);
      if (method === "ended") this.#tabs.get(key)?.names.delete(subscription);
      this.#tell(key, { ...frame, params: { ...params, subscription } } as NotificationFrame);
    } else for (const key of [...this.#tabs.keys()]) this.#tell(key, frame);
  }

  #answered(frame: ErrorFrame | ResultFrame): void {
    const [key, call] = apart(String(frame.id));
    const [method, id] = apart(call);
    const tab = this.#tabs.get(key);
    let own = frame;
    if ("result" in frame) {
      const { result } = frame;
      if ("subscription" in result) {
        const [, subscription] = apart(result.subscription);
        if (method === "unsubscribe") tab?.names.delete(subscription);
        else if (tab === undefined) this.#unsubscribe(key, subscription);
        else tab.names.add(subscription);
        own = { ...frame, result: { ...result, subscription } as SubscribeResult };
      } else if (method === "renew") own = { ...frame, result: this.#renewed(result as RenewResult, tab) };
    }
    tab?.listener.received({ ...own, id: JSON.parse(id) as RequestId });
  }

  /** Whoever has nothing else to learn from a renewal of its own is told the new end, and need not renew. */
  #renewed({ scopes = {}, ...rest }: RenewResult, asking: Tab | undefined): RenewResult {
    if (this.#hello !== undefined) this.#hello = { ...this.#hello, ...rest };
    for (const [subscription, scope] of Object.entries(scopes)) {
      const [key, name] = apart(subscription);
      const tab = this.#tabs.get(key);
      if (tab !== undefined) tab.scopes[name] = scope;
    }
    const own = asking?.scopes ?? {};
    if (asking !== undefined) asking.scopes = {};
    for (const [key, tab] of this.#tabs) if (tab !== asking && Object.keys(tab.scopes).length === 0) this.#greet(key);
    return { ...rest, scopes: own };
  }
}

/** What stands before the first dot, and what behind it. */
function apart(name: string): readonly [string, string] {
  const dot = name.indexOf(".");
  return [name.slice(0, dot), name.slice(dot + 1)];
}
