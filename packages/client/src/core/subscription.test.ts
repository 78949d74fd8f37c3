import type { Cursor, Delivery, FanfareEvent, Hello } from "@fanfare/protocol";
import { expect, onTestFinished, test } from "vitest";
import { createCoreClient, type Transport } from "../core.ts";

const HELLO: Hello = {
  connection: "c",
  protocol: "fanfare.v1",
  time: "2026-01-31T12:00:00.000Z",
  heartbeat: 15_000,
  profile: "default",
  limits: {},
};

const event = (position: number): FanfareEvent =>
  ({
    topic: "a",
    position,
    id: `${position}`,
    type: "t",
    time: HELLO.time,
    attributes: {},
    data: null,
  }) as FanfareEvent;

/** A link on which everything that is said comes in one stretch, as frames of one packet do in Node. */
function atOnce(deliveries: readonly Omit<Delivery, "subscription">[]): Transport {
  return {
    name: "at once",
    open(_door, listener) {
      queueMicrotask(() => listener.received({ jsonrpc: "2.0", method: "hello", params: HELLO }));
      return {
        send(frame) {
          if (frame.method !== "subscribe") return;
          const { subscription } = frame.params;
          const cursor = "e:0" as Cursor;
          const head = "e:2" as Cursor;
          queueMicrotask(() => {
            const result = { subscription, cursor, scope: "s", recovered: true, head };
            listener.received({ jsonrpc: "2.0", id: frame.id, result });
            for (const delivery of deliveries)
              listener.received({ jsonrpc: "2.0", method: "deliver", params: { subscription, ...delivery } });
          });
        },
        close() {},
      };
    },
  };
}

test("what comes in one stretch with the answer is taken, and nothing is asked for again", async () => {
  const transport = atOnce([
    { prev: "e:0" as Cursor, events: [event(1)], cursor: "e:1" as Cursor },
    { prev: "e:1" as Cursor, events: [event(2)], cursor: "e:2" as Cursor },
  ]);
  const client = createCoreClient({ url: "http://127.0.0.1:1", transport });
  onTestFinished(() => client.close());
  const subscription = client.subscribe({ topics: ["a"], after: "start" });
  const positions: number[] = [];
  for await (const update of subscription) {
    if (update.kind === "events") positions.push(...update.events.map(({ position }) => position));
    if (positions.length === 2) break;
  }
  expect(positions).toEqual([1, 2]);
  expect(subscription.status.value).toMatchObject({ broken: 0, repeated: 0 });
});
