import type { Follow } from "./stream.ts";

/** A browser's own `EventSource`, which cannot set headers: the token travels in the query. */
export const follow: Follow = ({ url, token, events, signal }, take) => {
  const address = new URL(url);
  if (token !== undefined) address.searchParams.set("access_token", token);
  return new Promise((resolve, reject) => {
    const source = new EventSource(address);
    let opened = false;
    source.onopen = () => (opened = true);
    for (const name of events) source.addEventListener(name, ({ data }: MessageEvent<string>) => take(name, data));
    signal.addEventListener("abort", () => source.close());
    source.onerror = () => {
      source.close();
      if (opened) resolve(undefined);
      // It never says why; the same request does.
      else fetch(address, { headers: { accept: "text/event-stream" }, signal }).then(resolve, reject);
    };
  });
};
