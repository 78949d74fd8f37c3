import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as arbitrary from "../testing/arbitraries.ts";
import { refusal } from "../testing/refusal.ts";
import {
  encodeEvent,
  formatTime,
  parseEventInput,
  parseTime,
  parseType,
  RESERVED_TYPES,
  toEvent,
  writeData,
} from "./event.ts";
import { utf8Bytes } from "./json.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { parseTopic } from "./topic.ts";

const topic = parseTopic("orders.eu");
const defaults = { id: () => "given-id", time: () => "2026-01-31T12:00:00.000Z" };
const parse = (input: unknown, limits = DEFAULT_LIMITS) => parseEventInput(topic, input, defaults, limits);

describe("a published event", () => {
  test("gets what its publisher left out", () => {
    expect(parse({ type: "order.paid" })).toEqual({
      topic: "orders.eu",
      id: "given-id",
      type: "order.paid",
      time: "2026-01-31T12:00:00.000Z",
      attributes: {},
      data: "null",
    });
  });

  test("keeps what its publisher gave, with the time in UTC and the data as JSON text", () => {
    const input = {
      type: "t",
      id: "é 1",
      time: "2026-01-31T14:00:00+02:00",
      attributes: { a: 1 },
      data: { b: [1, "€"] },
    };
    expect(parse(input)).toEqual({
      topic,
      id: "é 1",
      type: "t",
      time: "2026-01-31T12:00:00.000Z",
      attributes: { a: 1 },
      data: '{"b":[1,"€"]}',
    });
  });

  test("may be an event that was read before: members it does not know are ignored", () => {
    fc.assert(
      fc.property(arbitrary.record, (record) => {
        expect(parse(toEvent(record))).toEqual({
          topic,
          id: record.id,
          type: record.type,
          time: record.time,
          attributes: { ...record.attributes },
          data: JSON.stringify(JSON.parse(record.data)),
        });
      }),
    );
  });

  test.each([
    [undefined, "event: must be an object"],
    [null, "event: must be an object"],
    ["text", "event: must be an object"],
    [{}, "type: must be visible ASCII"],
    [{ type: "" }, "type: must be visible ASCII"],
    [{ type: "a b" }, "type: must be visible ASCII"],
    [{ type: "a\nb" }, "type: must be visible ASCII"],
    [{ type: "é" }, "type: must be visible ASCII"],
    [{ type: 7 }, "type: must be visible ASCII"],
    [{ type: "x".repeat(257) }, "type: has 257 bytes, at most 256 are allowed"],
    [{ type: "t", id: "" }, "id: must be Unicode text"],
    [{ type: "t", id: null }, "id: must be Unicode text"],
    [{ type: "t", id: 7 }, "id: must be Unicode text"],
    [{ type: "t", id: "a\u0000" }, "id: must be Unicode text"],
    [{ type: "t", id: "\ud800" }, "id: must be Unicode text"],
    [{ type: "t", id: "é".repeat(129) }, "id: has 258 bytes, at most 256 are allowed"],
    [{ type: "t", time: null }, "time: must be RFC 3339"],
    [{ type: "t", attributes: null }, "attributes: must be an object"],
    [{ type: "t", attributes: { type: "x" } }, 'attributes: "type" is not a free name'],
    [{ type: "t", data: 1n }, "data: cannot be written as JSON"],
    [{ type: "t", data: () => 1 }, "data: cannot be written as JSON"],
  ])("%o is refused: %s", (input, message) => {
    expect(refusal(() => parse(input))).toContain(`invalid_event ${message}`);
  });

  test("is as large as its topic, id, type, attributes and data together, and refused beyond 256 KiB", () => {
    const input = { type: "t", id: "é", attributes: { a: "é" }, data: "" };
    const own = utf8Bytes(`${topic}${input.id}${input.type}${JSON.stringify(input.attributes)}""`);
    const filled = { ...input, data: "€".repeat(10) };
    const limits = { ...DEFAULT_LIMITS, eventBytes: own + 30 };
    expect(refusal(() => parse(filled, limits))).toBe("accepted");
    expect(refusal(() => parse(filled, { ...limits, eventBytes: own + 29 }))).toBe(
      `payload_too_large event: has ${own + 30} bytes, at most ${own + 29} are allowed`,
    );
    expect(refusal(() => parse({ type: "t", data: "x".repeat(256 * 1024) }))).toContain(
      "payload_too_large event: data has 262146",
    );
  });

  test("of any shape is accepted or refused, never failed at", () => {
    const fields = {
      type: fc.oneof(arbitrary.eventType, fc.anything()),
      id: fc.anything(),
      time: fc.anything(),
      attributes: fc.anything(),
      data: fc.anything(),
    };
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record(fields, { requiredKeys: [] }), fc.jsonValue()), (input) => {
        expect(refusal(() => parse(input))).toMatch(/^accepted$|^invalid_event |^payload_too_large /);
      }),
    );
  });
});

describe("a type", () => {
  test.each([...RESERVED_TYPES])("must not be %s, which streams use for themselves", (type) => {
    expect(refusal(() => parseType(type))).toBe(`invalid_event type: "${type}" is reserved`);
  });

  test("may be reserved words with a dot, and message", () => {
    expect(["message", "gap.closed", "Error", "x".repeat(256)].map((type) => refusal(() => parseType(type)))).toEqual(
      Array.from({ length: 4 }, () => "accepted"),
    );
  });
});

describe("data", () => {
  const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)]);

  test("may be nested 64 deep and no deeper", () => {
    expect(refusal(() => writeData(nest(64)))).toBe("accepted");
    expect(refusal(() => writeData(nest(65)))).toBe("invalid_event data: is nested 65 deep, at most 64 are allowed");
    expect(refusal(() => writeData(nest(5_000)))).toContain("is nested 5000 deep");
  });

  test("that refers to itself or fails while being written is refused", () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const failing = {
      toJSON: () => {
        throw new TypeError("no");
      },
    };
    for (const data of [circle, failing, Symbol("x")])
      expect(refusal(() => writeData(data))).toBe("invalid_event data: cannot be written as JSON");
  });
});

describe("a time", () => {
  test.each([
    ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"],
    ["2026-01-31t12:00:00.5z", "2026-01-31T12:00:00.500Z"],
    ["2026-01-31T12:00:00.123999999Z", "2026-01-31T12:00:00.123Z"],
    ["2026-01-31T23:30:00-01:30", "2026-02-01T01:00:00.000Z"],
    ["2026-01-01T00:30:00+05:45", "2025-12-31T18:45:00.000Z"],
    ["2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00.000Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ])("%s is %s", (text, utc) => {
    expect(parseTime(text)).toBe(utc);
  });

  test.each([
    "",
    "2026-01-31",
    "2026-01-31T12:00Z",
    "2026-01-31T12:00:00",
    "2026-01-31 12:00:00Z",
    "2026-01-31T12:00:00.Z",
    "2026-01-31T12:00:00.0000000001Z",
    "2026-1-31T12:00:00Z",
    "2026-02-30T12:00:00Z",
    "2025-02-29T12:00:00Z",
    "2026-13-01T12:00:00Z",
    "2026-00-01T12:00:00Z",
    "2026-01-00T12:00:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T12:60:00Z",
    "2026-01-31T23:59:60Z",
    "2026-01-31T12:00:00+24:00",
    "2026-01-31T12:00:00+01:60",
    "2026-01-31T12:00:00+0100",
    "2026-01-31T12:00:00Z\n",
    "+012026-01-31T12:00:00Z",
    "0000-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    1_769_860_800_000,
    new Date(0),
    null,
  ])("%j is refused", (value) => {
    expect(refusal(() => parseTime(value))).toMatch(
      /^invalid_event time: (must be RFC 3339|the year must have four digits)/,
    );
  });

  test("of a clock is written as it would be read", () => {
    expect(formatTime(1_769_860_800_007)).toBe("2026-01-31T12:00:00.007Z");
    expect(parseTime(formatTime(0))).toBe("1970-01-01T00:00:00.000Z");
  });

  test("in UTC with milliseconds is its own text, at any offset it is the same instant", () => {
    fc.assert(
      fc.property(arbitrary.time, fc.integer({ min: -1_439, max: 1_439 }), (time, offset) => {
        expect(parseTime(time)).toBe(time);
        const local = new Date(Date.parse(time) + offset * 60_000).toISOString();
        fc.pre(local.length === 24);
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
          String(part).padStart(2, "0"),
        );
        expect(parseTime(local.replace("Z", `${offset < 0 ? "-" : "+"}${hours}:${minutes}`))).toBe(time);
      }),
    );
  });
});

test("the wire form of an event is the JSON of its value, member for member", () => {
  fc.assert(
    fc.property(arbitrary.record, (record) => {
      const value: unknown = JSON.parse(encodeEvent(record));
      expect(value).toEqual(JSON.parse(JSON.stringify(toEvent(record))));
      expect(Object.keys(value as object)).toEqual(["topic", "position", "id", "type", "time", "attributes", "data"]);
    }),
  );
});
