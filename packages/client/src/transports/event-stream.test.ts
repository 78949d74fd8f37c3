import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { ServerFrame } from "../core/link.ts";
import { eventStream } from "./event-stream.ts";

/** A hub that knows one topic which it refuses, and counts the streams that it is asked for. */
async function refusing(bad: string): Promise<{ readonly url: string; streams: number }> {
  const hub = { url: "", streams: 0 };
  const server: Server = createServer(({ url = "" }, response) => {
    const asked = new URL(url, "http://hub.test").searchParams.get("subscriptions");
    if (asked === null) return response.end("{}");
    hub.streams += 1;
    const subscriptions = JSON.parse(asked) as { subscription: string; topics: string[] }[];
    if (subscriptions.some(({ topics }) => topics.includes(bad)))
      return response.writeHead(400).end('{"code":"invalid_topic","detail":"bad"}');
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const { subscription } of subscriptions)
      response.write(`event: subscribed\ndata: ${JSON.stringify({ subscription, cursor: "e:1", scope: "s" })}\n\n`);
    return response;
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  hub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return hub;
}

test.each([0, 33, 99])("one of a hundred that the hub refuses (%i) is found in a few tries", async (bad) => {
  const hub = await refusing(`topic-${bad}`);
  const answers = new Map<unknown, ServerFrame>();
  const door = { url: hub.url, profile: undefined, token: undefined };
  const received = (frame: ServerFrame): void => void ("id" in frame && answers.set(frame.id, frame));
  const link = eventStream().open(door, { received, closed: ({ reason }) => expect.unreachable(reason) });
  onTestFinished(() => link.close());
  for (let n = 0; n < 100; n += 1)
    link.send({ jsonrpc: "2.0", id: n, method: "subscribe", params: { subscription: `${n}`, topics: [`topic-${n}`] } });
  await expect.poll(() => answers.size).toBe(100);
  const refused = [...answers].filter(([, frame]) => "error" in frame).map(([id]) => id);
  expect(refused).toEqual([bad]);
  expect(hub.streams).toBeLessThan(30);
});
