import { createParser, type EventSourceMessage } from "eventsource-parser";
import { Waiters } from "./waiters.ts";

export interface SseClientOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that anything is waited for; default 10 000. */
  readonly boundMs?: number;
}

/** Opens a stream and waits for its head. Rejects with the status and body of any answer but a stream. */
export async function openSse(url: string | URL, options: SseClientOptions = {}): Promise<SseClient> {
  const { headers = {}, boundMs = 10_000 } = options;
  const abort = new AbortController();
  const response = await fetch(url, {
    headers: { accept: "text/event-stream", ...headers },
    signal: abort.signal,
  });
  const type = response.headers.get("content-type") ?? "";
  if (response.status !== 200 || !type.startsWith("text/event-stream"))
    throw new Error(`refused with ${response.status} ${await response.text()}`);
  return new SseClient(response, abort, boundMs);
}

/**
 * An SSE client for tests: keeps every event and does not connect again by itself.
 *
 * @example
 * const stream = await openSse("http://127.0.0.1:3001/api/v1/events?topic=orders.>");
 * const { id, data } = await stream.waitFor((event) => event.event === "order.paid");
 * await stream.close();
 */
export class SseClient {
  readonly response: Response;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  /** The last `retry:` in milliseconds. */
  retry: number | undefined;
  /** What an `EventSource` would send as `Last-Event-ID`. */
  lastEventId: string | undefined;
  readonly #events = new Waiters<EventSourceMessage>();
  readonly #abort: AbortController;
  readonly #boundMs: number;

  constructor(response: Response, abort: AbortController, boundMs: number) {
    this.response = response;
    this.#abort = abort;
    this.#boundMs = boundMs;
    this.ended = this.#read();
  }

  /** Everything that came, in order. */
  get events(): readonly EventSourceMessage[] {
    return this.#events.items;
  }

  /** The first event that fits, of those that came and those to come. */
  waitFor(fits: (event: EventSourceMessage) => boolean): Promise<EventSourceMessage> {
    return this.#events.find(fits, this.#boundMs);
  }

  /** What `look` answers as soon as it answers something; it is asked again with every event. */
  until<Found>(look: () => Found | undefined): Promise<Found> {
    return this.#events.until(look, this.#boundMs);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.ended;
  }

  async #read(): Promise<void> {
    const parser = createParser({
      onEvent: (event) => {
        if (event.id !== undefined) this.lastEventId = event.id;
        this.#events.push(event);
      },
      onRetry: (retry) => {
        this.retry = retry;
      },
    });
    const decoder = new TextDecoder();
    try {
      for await (const bytes of this.response.body ?? [])
        parser.feed(decoder.decode(bytes as Uint8Array, { stream: true }));
      this.#events.end("the server ended the stream");
    } catch (error) {
      this.#events.end(`the stream broke: ${String(error)}`);
    }
  }
}
