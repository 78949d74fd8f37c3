import { describe, expect, test } from "vitest";
import { checkHistory } from "./history-checker.ts";
import { parseRecording } from "./recording.ts";

const event = (position: number, ticket: string): object => ({
  topic: "forum.one",
  position,
  id: `id-${position}`,
  type: "post.added",
  time: "2026-01-31T12:00:00.000Z",
  attributes: { ticket },
  data: null,
});
const log = { epoch: "k3x", events: [event(1, "T-1"), event(2, "T-2"), event(3, "T-1")] } as never;

const frames = (...seen: readonly object[]): string =>
  [
    { jsonrpc: "2.0", method: "hello", params: { connection: "c" } },
    {
      jsonrpc: "2.0",
      id: 1,
      method: "subscribe",
      params: { subscription: "1", topics: ["forum.>"], filter: { exact: { ticket: "T-1" } }, after: "start" },
    },
    { jsonrpc: "2.0", id: 1, result: { subscription: "1", cursor: "k3x:0", scope: "s", recovered: true } },
    { jsonrpc: "2.0", id: 2, result: { time: "2026-01-31T12:00:00.000Z" } },
    ...seen.map((params) => ({ jsonrpc: "2.0", method: "deliver", params: { subscription: "1", ...params } })),
  ]
    .map((frame) => `${JSON.stringify(frame)}\n`)
    .join("\n");

describe("a recording", () => {
  test("of a client that got everything holds no violation", () => {
    const text = frames(
      { prev: "k3x:0", events: [event(1, "T-1")], cursor: "k3x:1" },
      { prev: "k3x:1", events: [event(3, "T-1")], cursor: "k3x:3" },
    );
    const subscriptions = parseRecording(text);
    expect(subscriptions).toMatchObject([{ name: "subscription 1", topics: ["forum.>"], asked: { after: "start" } }]);
    expect(checkHistory({ log, subscriptions })).toEqual([]);
  });

  test("shows what the client was not sent", () => {
    const text = frames({ prev: "k3x:0", events: [event(1, "T-1")], cursor: "k3x:3" });
    const violations = checkHistory({ log, subscriptions: parseRecording(text) });
    expect(violations.map(({ message }) => message)).toEqual(["subscription 1, delivery 0: (0, 3] lacks 3"]);
  });

  test("keeps what was delivered before and after an id was used again apart", () => {
    const text = frames({ prev: "k3x:0", events: [event(1, "T-1")], cursor: "k3x:1" });
    expect(parseRecording(text + text).map(({ deliveries }) => deliveries.length)).toEqual([1, 1]);
  });

  test("is refused with the number of the line that is not JSON", () => {
    expect(() => parseRecording('{"jsonrpc":"2.0"}\n\nnonsense')).toThrow("line 3");
  });
});
