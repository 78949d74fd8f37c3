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

test.each([0, 16, 49])("one of fifty that the hub refuses (%i) is found in a few tries", async (bad) => {
  const hub = await refusing(`topic-${bad}`);
  const answers = new Map<unknown, ServerFrame>();
  const door = { url: hub.url, profile: undefined, token: undefined };
  const received = (frame: ServerFrame): void => void ("id" in frame && answers.set(frame.id, frame));
  const link = eventStream().open(door, { received, closed: ({ reason }) => expect.unreachable(reason) });
  onTestFinished(() => link.close());
  for (let n = 0; n < 50; n += 1)
    link.send({ jsonrpc: "2.0", id: n, method: "subscribe", params: { subscription: `${n}`, topics: [`topic-${n}`] } });
  await expect.poll(() => answers.size).toBe(50);
  const refused = [...answers].filter(([, frame]) => "error" in frame).map(([id]) => id);
  expect(refused).toEqual([bad]);
  expect(hub.streams).toBeLessThan(30);
});

test("takes no more subscriptions than the next stream, in which all have places, has room for", async () => {
  const hub = await refusing("none");
  const answers = new Map<unknown, ServerFrame>();
  const door = { url: hub.url, profile: undefined, token: undefined };
  const received = (frame: ServerFrame): void => void ("id" in frame && answers.set(frame.id, frame));
  const link = eventStream().open(door, { received, closed: ({ reason }) => expect.unreachable(reason) });
  onTestFinished(() => link.close());
  const subscribe = (n: number): void =>
    link.send({ jsonrpc: "2.0", id: n, method: "subscribe", params: { subscription: `${n}`, topics: [`topic-${n}`] } });
  for (let n = 0; n < 200; n += 1) subscribe(n);
  await expect.poll(() => answers.size).toBe(200);
  const taken = [...answers.values()].filter((frame) => "result" in frame).length;
  expect(taken).toBeGreaterThan(50);
  expect(taken).toBeLessThan(200);
  // The same ones with their places: a client that comes back asks for them like this.
  const again = eventStream().open(door, { received, closed: ({ reason }) => expect.unreachable(reason) });
  onTestFinished(() => again.close());
  const places = { after: `${"e".repeat(16)}:${"9".repeat(16)}`, scope: "0".repeat(32) };
  for (let n = 0; n < taken; n += 1) {
    const params = { subscription: `${n}`, topics: [`topic-${n}`], ...places };
    again.send({ jsonrpc: "2.0", id: `again ${n}`, method: "subscribe", params });
  }
  await expect.poll(() => answers.size).toBe(200 + taken);
  expect([...answers].filter(([id, frame]) => String(id).startsWith("again") && "error" in frame)).toEqual([]);
});
