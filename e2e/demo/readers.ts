import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Seen } from "./verdict.ts";

/** Where to read, and whom to tell. */
export type Reading = {
  readonly server: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly took: (events: readonly Seen[]) => void;
  /** Told after `took`: everything up to this position was read. */
  readonly reached: (position: number) => void;
  readonly signal: AbortSignal;
};

/** `open` as soon as the reader will hear all that is published; `finished` only by a failure or the signal. */
export type Reader = { readonly open: Promise<void>; readonly finished: Promise<void> };

/** A WebSocket with a filter; checks that each delivery continues the one before. */
export function readWebSocket(reading: Reading, topics: readonly string[], filter: object): Reader {
  const url = new URL("api/v1/ws", reading.server);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url, { protocols: ["fanfare.v1"], headers: reading.headers });
  const open = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  let cursor: string | undefined;
  reading.signal.addEventListener("abort", () => socket.close());
  socket.addEventListener("open", () => {
    const params = { subscription: "demo", topics, filter, after: "now" };
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscribe", params }));
  });
  socket.addEventListener("close", ({ code }) => {
    const lost = new Error(`the WebSocket was closed with ${code}`);
    open.reject(lost);
    finished.reject(lost);
  });
  socket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(String(data));
    if (frame.id === 1) {
      cursor = frame.result?.cursor;
      if (cursor === undefined) open.reject(new Error(frame.error.message));
      else open.resolve();
    } else if (frame.method === "deliver") {
      if (frame.params.prev !== cursor) finished.reject(new Error(`a delivery is missing after ${cursor}`));
      if (frame.params.gap !== undefined) finished.reject(new Error(`a gap: ${JSON.stringify(frame.params.gap)}`));
      reading.took(frame.params.events);
      cursor = frame.params.cursor;
      reading.reached(positionOf(frame.params.cursor));
    }
  });
  return { open: open.promise, finished: finished.promise };
}

/** Server-Sent Events, as an EventSource or curl gets them. */
export function readSse(reading: Reading, topics: readonly string[]): Reader {
  const open = Promise.withResolvers<void>();
  const read = async (): Promise<void> => {
    const url = eventsUrl(reading.server, topics);
    const headers = { ...reading.headers, accept: "text/event-stream" };
    const response = await fetch(url, { headers, signal: reading.signal });
    if (!response.ok || response.body === null) throw new Error(`SSE was answered ${response.status}`);
    open.resolve();
    const stream = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const { id, event, data } of stream) {
      if (event === "gap" || event === "bye") throw new Error(`SSE told ${event}: ${data}`);
      if (event !== "heartbeat") reading.took([JSON.parse(data)]);
      if (id !== undefined) reading.reached(positionOf(id));
    }
    throw new Error("the SSE stream ended");
  };
  const finished = read();
  finished.catch(open.reject);
  return { open: open.promise, finished };
}

type Page = { readonly events: readonly Seen[]; readonly cursor: string; readonly gap?: object };

/** Long-polls over HTTP, each going on at the last one's cursor. */
export function readLongPoll(reading: Reading, topics: readonly string[]): Reader {
  const open = Promise.withResolvers<void>();
  const read = async (): Promise<void> => {
    let after = "now";
    for (let wait = "0"; ; wait = "1") {
      const url = eventsUrl(reading.server, topics);
      for (const [name, value] of Object.entries({ after, wait, limit: "50" })) url.searchParams.set(name, value);
      const response = await fetch(url, { headers: reading.headers, signal: reading.signal });
      if (!response.ok) throw new Error(`a read was answered ${response.status}`);
      const page = (await response.json()) as Page;
      if (page.gap !== undefined) throw new Error(`a gap: ${JSON.stringify(page.gap)}`);
      reading.took(page.events);
      after = page.cursor;
      open.resolve();
      reading.reached(positionOf(after));
    }
  };
  const finished = read();
  finished.catch(open.reject);
  return { open: open.promise, finished };
}

/** Only a demonstration looks into a cursor: for a client it is a text to come back with. */
function positionOf(cursor: string): number {
  return Number(cursor.split(":")[1]);
}

function eventsUrl(server: URL, topics: readonly string[]): URL {
  const url = new URL("api/v1/events", server);
  for (const topic of topics) url.searchParams.append("topic", topic);
  return url;
}
