import { formatCursor, toEpoch, toPosition, type EventRecord, type Gap, type Topic } from "@fanfare/protocol";
import { expect, test } from "vitest";
import { toEntry } from "../../core/entry.ts";
import { framePayload } from "./text-frame.ts";
import { websocketWire } from "./wire.ts";

const epoch = toEpoch("k3x");
const cursor = (position: number) => formatCursor(epoch, toPosition(position));
const record = (position: number): EventRecord => ({
  topic: "forum.T-42" as Topic,
  position: toPosition(position),
  id: `id "${position}"`,
  type: "forum.post.added",
  time: "2026-01-31T12:00:00.000Z",
  attributes: { ticket: "T-42", open: true },
  data: '{"text":"日本語 \\u2028"}',
});

function textOf(frame: Buffer): string {
  return framePayload(frame).toString();
}

test("deliver is a notification whose params hold the interval and its events, in the documented order", () => {
  const entries = [record(3), record(4)].map(toEntry);
  const text = textOf(
    websocketWire.deliver({ subscription: "1", prev: cursor(2), gap: undefined, entries, cursor: cursor(4) }),
  );
  expect(text).toBe(
    `{"jsonrpc":"2.0","method":"deliver","params":{"subscription":"1","prev":"k3x:2","events":[${entries[0]?.json},${entries[1]?.json}],"cursor":"k3x:4"}}`,
  );
  expect(JSON.parse(text).params.events[1].data).toEqual({ text: "日本語 \u2028" });
});

test("a gap stands between prev and the events", () => {
  const gap: Gap = { reason: "slow", from: toPosition(140), to: toPosition(171), dropped: 17 };
  const params = JSON.parse(
    textOf(websocketWire.deliver({ subscription: "1", prev: cursor(140), gap, entries: [], cursor: cursor(180) })),
  ).params;
  expect(Object.keys(params)).toEqual(["subscription", "prev", "gap", "events", "cursor"]);
  expect(params.gap).toEqual(gap);
});

test("a subscription's name cannot break out of its frame", () => {
  const subscription = '","cursor":"x\n\u2028\ud800';
  const frames = [
    websocketWire.deliver({ subscription, prev: cursor(1), gap: undefined, entries: [], cursor: cursor(2) }),
    websocketWire.ended(subscription, "forbidden", cursor(2)),
  ];
  for (const frame of frames) expect(JSON.parse(textOf(frame)).params.subscription).toBe(subscription);
});

test("goaway and ended carry what the protocol says", () => {
  expect(JSON.parse(textOf(websocketWire.goaway(250, "shutdown")))).toEqual({
    jsonrpc: "2.0",
    method: "goaway",
    params: { reconnectAfterMs: 250, reason: "shutdown" },
  });
  expect(JSON.parse(textOf(websocketWire.ended("1", "consumer_taken", cursor(9))))).toEqual({
    jsonrpc: "2.0",
    method: "ended",
    params: { subscription: "1", code: "consumer_taken", cursor: "k3x:9" },
  });
});
