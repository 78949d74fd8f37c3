import { createParser, type EventSourceMessage } from "eventsource-parser";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { streamEvent } from "./event-stream.ts";

function parse(text: string): { events: EventSourceMessage[]; retries: number[] } {
  const events: EventSourceMessage[] = [];
  const retries: number[] = [];
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onRetry: (retry) => retries.push(retry),
    onError: (error) => {
      throw error;
    },
  });
  parser.feed(text);
  return { events, retries };
}

describe("one event of a stream", () => {
  test("is written with its fields in a fixed order and an empty line", () => {
    expect(streamEvent({ id: "k3x:7", event: "order.paid", data: '{"a":1}', retry: 10 })).toBe(
      'retry: 10\nid: k3x:7\nevent: order.paid\ndata: {"a":1}\n\n',
    );
    expect(streamEvent({ data: "" })).toBe("data: \n\n");
  });

  test("splits data at CR, LF and CRLF, and never in two at CRLF", () => {
    expect(streamEvent({ data: "a\rb\nc\r\nd\n\ne\r" })).toBe(
      "data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: e\ndata: \n\n",
    );
  });

  test("cannot be broken out of by any id, name or data", { timeout: 60_000 }, () => {
    const hostile = fc.string({
      unit: fc.constantFrom("\r", "\n", "\r\n", "\0", ":", " ", "data", "id", "event", "retry", "x", "é", "\u2028"),
      maxLength: 12,
    });
    fc.assert(
      fc.property(hostile, hostile, hostile, (id, event, data) => {
        const { events, retries } = parse(streamEvent({ id, event, data }) + streamEvent({ data: "next" }));
        expect(retries).toEqual([]);
        expect(events).toHaveLength(2);
        expect(events[0]?.data).toBe(data.replaceAll(/\r\n|\r/g, "\n"));
        expect(events[0]?.event ?? "").toBe(event.replaceAll(/[\r\n]/g, ""));
        expect(events[0]?.id ?? "").toBe(id.replaceAll(/[\r\n\0]/g, ""));
        expect(events[1]?.data).toBe("next");
      }),
    );
  });
});
