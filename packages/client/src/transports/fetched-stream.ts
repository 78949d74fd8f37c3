import { createParser } from "eventsource-parser";
import type { Follow } from "./stream.ts";

/** Where there is no `EventSource`: the stream as `fetch` brings it. */
export const follow: Follow = async ({ url, token, signal }, take) => {
  const headers = { accept: "text/event-stream", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(url, { headers, signal, cache: "no-store" });
  if (!response.ok || response.body === null) return response;
  const parser = createParser({ onEvent: ({ event, data }) => signal.aborted || take(event ?? "message", data) });
  const decoder = new TextDecoder();
  for await (const bytes of response.body) parser.feed(decoder.decode(bytes, { stream: true }));
  return undefined;
};
