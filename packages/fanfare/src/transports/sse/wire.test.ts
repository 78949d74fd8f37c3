import {
  formatCursor,
  toEpoch,
  toPosition,
  type Cursor,
  type EventRecord,
  type Gap,
  type Position,
  type Topic,
} from "@fanfare/protocol";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { describe, expect, test } from "vitest";
import { toEntry } from "../../core/entry.ts";
import type { EncodedDelivery } from "../../core/ports/connection.ts";
import { websocketWire } from "../websocket/wire.ts";
import { framePayload } from "../websocket/text-frame.ts";
import { deliveriesWire, eventsWire, type StreamChunk } from "./wire.ts";

function at(position: number): Position {
  return toPosition(position);
}

function cursor(position: number, epoch = "k3x"): Cursor {
  return formatCursor(toEpoch(epoch), at(position));
}

function record(position: number): EventRecord {
  return {
    topic: "forum.T-42" as Topic,
    position: at(position),
    id: `id-${position}`,
    type: "forum.post.added",
    time: "2026-01-31T12:00:00.000Z",
    attributes: { ticket: "T-42" },
    data: `{"n":${position},"text":"é\\n"}`,
  };
}

interface Shape {
  readonly prev: Cursor;
  readonly gap?: Gap;
  readonly events?: readonly number[];
  readonly cursor: Cursor;
}

function delivery({ prev, gap, events = [], cursor: end }: Shape): EncodedDelivery {
  return { subscription: '1"', prev, gap, entries: events.map((position) => toEntry(record(position))), cursor: end };
}

function parse(chunk: StreamChunk): EventSourceMessage[] {
  const events: EventSourceMessage[] = [];
  createParser({ onEvent: (event) => events.push(event) }).feed(chunk.bytes.toString());
  return events;
}

function seen(shape: Shape): (string | undefined)[][] {
  return parse(eventsWire.deliver(delivery(shape))).map(({ event, id }) => [event, id]);
}

describe("the stream of single events", () => {
  test("an event's id is its own position and its data the whole event", () => {
    const [first, second, ...rest] = parse(
      eventsWire.deliver(delivery({ prev: cursor(1), events: [3, 5], cursor: cursor(9) })),
    );
    expect(first).toMatchObject({ id: "k3x:3", event: "forum.post.added" });
    expect(second?.id).toBe("k3x:5");
    expect(rest).toEqual([]);
    expect(JSON.parse(first?.data ?? "")).toEqual({ ...record(3), data: { n: 3, text: "é\n" } });
  });

  test("nothing that matched is a heartbeat with the cursor", () => {
    const [only] = parse(eventsWire.deliver(delivery({ prev: cursor(3), cursor: cursor(9) })));
    expect(only).toEqual({ id: "k3x:9", event: "heartbeat", data: '{"cursor":"k3x:9"}' });
  });

  test("a gap comes before its events, with its JSON as data", () => {
    const gap: Gap = { reason: "slow", from: at(140), to: at(171), dropped: 17 };
    const shape = { prev: cursor(140), gap, events: [175], cursor: cursor(180) };
    expect(seen(shape)).toEqual([
      ["gap", "k3x:171"],
      ["forum.post.added", "k3x:175"],
    ]);
    expect(JSON.parse(parse(eventsWire.deliver(delivery(shape)))[0]?.data ?? "")).toEqual(gap);
  });

  test.each(["superseded", "trimmed"] as const)(
    "a gap %s claims nothing of its range while kept events of it are still to come",
    (reason) => {
      const gap: Gap = { reason, from: at(10), to: at(20) };
      expect(seen({ prev: cursor(10), gap, events: [12, 25], cursor: cursor(25) })).toEqual([
        ["gap", "k3x:10"],
        ["forum.post.added", "k3x:12"],
        ["forum.post.added", "k3x:25"],
      ]);
      expect(seen({ prev: cursor(10), gap, cursor: cursor(25) })).toEqual([["gap", "k3x:20"]]);
      // The range may reach beyond what this delivery covers.
      expect(seen({ prev: cursor(10), gap, cursor: cursor(15) })).toEqual([["gap", "k3x:15"]]);
    },
  );

  test("after a reset reading goes on at the start of the new epoch", () => {
    const gap: Gap = { reason: "reset", to: at(0) };
    expect(seen({ prev: cursor(120, "old"), gap, events: [1], cursor: cursor(1) })).toEqual([
      ["gap", "k3x:0"],
      ["forum.post.added", "k3x:1"],
    ]);
  });

  test("no id, at whatever event the connection breaks, is beyond an event that was not yet sent", () => {
    const shapes: Shape[] = [
      { prev: cursor(0), events: [1, 2, 3], cursor: cursor(8) },
      { prev: cursor(0), gap: { reason: "slow", from: at(0), to: at(4) }, events: [5, 6], cursor: cursor(8) },
      { prev: cursor(0), gap: { reason: "superseded", from: at(0), to: at(7) }, events: [2, 6], cursor: cursor(8) },
      { prev: cursor(0), gap: { reason: "scope", from: at(0), to: at(4) }, events: [], cursor: cursor(8) },
    ];
    for (const shape of shapes) {
      const ids = seen(shape).map(([, id]) => Number(id?.split(":")[1]));
      const end = Number(shape.cursor.split(":")[1]);
      const gapEvents = shape.gap === undefined ? 0 : 1;
      ids.forEach((id, index) => {
        const unsent = (shape.events ?? []).slice(Math.max(0, index + 1 - gapEvents));
        expect(id).toBeLessThanOrEqual(end);
        for (const position of unsent) expect(id).toBeLessThan(position);
      });
    }
  });

  test("a signal leaves the client's id as it is", () => {
    const signal = {
      subscription: "1",
      topic: "chat.1",
      type: "typing",
      attributes: {},
      data: { who: "é" },
      from: "u",
      time: "2026-01-31T12:00:00.000Z",
    };
    for (const wire of [eventsWire, deliveriesWire]) {
      const [only] = parse(wire.signal(signal));
      expect(only?.id).toBeUndefined();
      expect(only?.event).toBe("signal");
      expect(JSON.parse(only?.data ?? "")).toEqual(signal);
    }
  });

  test("bye tells the client its slot twice: in its data and as retry", () => {
    const chunk = eventsWire.goaway(1_234.5, "shutdown");
    expect(chunk.ends).toBe("bye");
    expect(chunk.bytes.toString()).toBe(
      'retry: 1235\nevent: bye\ndata: {"reason":"shutdown","reconnectAfterMs":1234.5}\n\n',
    );
  });

  test("ended names the subscription and where it was", () => {
    const chunk = eventsWire.ended("1", "forbidden", cursor(7));
    expect(chunk.ends).toBe("subscription");
    expect(parse(chunk)).toEqual([
      { id: undefined, event: "ended", data: '{"subscription":"1","code":"forbidden","cursor":"k3x:7"}' },
    ]);
  });
});

describe("the stream of deliveries", () => {
  test("has as data exactly the params of the WebSocket's deliver", () => {
    const gap: Gap = { reason: "slow", from: at(1), to: at(2), atLeast: 1 };
    for (const shape of [
      delivery({ prev: cursor(1), gap, events: [3, 5], cursor: cursor(9) }),
      delivery({ prev: cursor(1), cursor: cursor(9) }),
    ]) {
      const [only, ...rest] = parse(deliveriesWire.deliver(shape));
      const frame = JSON.parse(framePayload(websocketWire.deliver(shape)).toString());
      expect(rest).toEqual([]);
      expect(only).toMatchObject({ event: "deliver", id: undefined });
      expect(JSON.parse(only?.data ?? "")).toEqual(frame.params);
      expect(frame.params).toMatchObject({ subscription: '1"', prev: "k3x:1", cursor: "k3x:9" });
    }
  });
});
