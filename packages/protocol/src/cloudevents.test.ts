import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as arbitrary from "../testing/arbitraries.ts";
import { refusal } from "../testing/refusal.ts";
import { fromCloudEvent, fromCloudEventBatch } from "./cloudevents-read.ts";
import { toCloudEvent } from "./cloudevents-write.ts";
import { toPosition } from "./cursor.ts";
import { parseEventInput, toEvent, type FanfareEvent } from "./event.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { parseTopic, type Topic } from "./topic.ts";

const eventId = (source: string, id: string): string => `made of ${source} and ${id}`;
const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The event that a log makes of a published CloudEvent. */
const publish = (cloudEvent: unknown, topic: Topic = parseTopic("t")): FanfareEvent => {
  const defaults = { id: () => "unused", time: () => "2026-01-01T00:00:00.000Z" };
  const draft = parseEventInput(topic, fromCloudEvent(wire(cloudEvent), eventId), defaults);
  return toEvent({ ...draft, position: toPosition(7) });
};

const minimal = { specversion: "1.0", id: "1", source: "/shop", type: "order.paid" };

describe("a CloudEvent that is published", () => {
  test("becomes an event with its originals beside its extensions", () => {
    const input = fromCloudEvent(
      {
        ...minimal,
        time: "2026-01-31T12:00:00+01:00",
        subject: "order 7",
        dataschema: "https://example.com/order.json",
        datacontenttype: "application/json",
        customer: "c1",
        total: 12,
        test: false,
        topic: "elsewhere",
        "5g": "fast",
        traceparent: null,
        data: { items: [1] },
      },
      eventId,
    );
    expect(input).toEqual({
      id: "made of /shop and 1",
      type: "order.paid",
      time: "2026-01-31T12:00:00+01:00",
      attributes: {
        ce_id: "1",
        ce_source: "/shop",
        ce_subject: "order 7",
        ce_dataschema: "https://example.com/order.json",
        ce_datacontenttype: "application/json",
        customer: "c1",
        total: 12,
        test: false,
        ce_topic: "elsewhere",
        ce_5g: "fast",
      },
      data: { items: [1] },
    });
  });

  test("keeps bytes as base64 text and says so", () => {
    const event = publish({ ...minimal, data_base64: "AP8=" });
    expect(event).toMatchObject({ data: "AP8=", attributes: { ce_base64: true } });
    expect(toCloudEvent(event)).toMatchObject({ data_base64: "AP8=" });
    expect(toCloudEvent(event)).not.toHaveProperty("data");
  });

  test("without data has null as its data, and gives none back", () => {
    expect(publish(minimal).data).toBeNull();
    expect(toCloudEvent(publish(minimal))).not.toHaveProperty("data");
  });

  test("takes no address of another hub with it", () => {
    expect(publish({ ...minimal, fanfaretopic: "theirs", fanfareposition: "9" })).toMatchObject({
      topic: "t",
      position: 7,
      attributes: { ce_id: "1", ce_source: "/shop" },
    });
  });

  test("may not overrule by fanfareattributes what it says by name", () => {
    const fanfareattributes = JSON.stringify({ ce_source: "/forged", customer: "forged", customerId: "c1" });
    expect(publish({ ...minimal, customer: "c1", fanfareattributes }).attributes).toEqual({
      ce_id: "1",
      ce_source: "/shop",
      customer: "c1",
      customerId: "c1",
    });
  });

  test.each<[unknown, string]>([
    [null, "event: must be an object"],
    [[minimal], "event: must be an object"],
    [{ ...minimal, specversion: undefined }, 'specversion: must be "1.0"'],
    [{ ...minimal, specversion: "0.3" }, 'specversion: must be "1.0"'],
    [{ ...minimal, id: undefined }, "id: is missing"],
    [{ ...minimal, id: null }, "id: is missing"],
    [{ ...minimal, id: "" }, "id: must be a text that is not empty"],
    [{ ...minimal, id: 1 }, "id: must be a text"],
    [{ ...minimal, id: "1\n2" }, "id: must be a text that is not empty, without control characters"],
    [{ ...minimal, source: undefined }, "source: is missing"],
    [{ ...minimal, type: undefined }, "type: is missing"],
    [{ ...minimal, time: 5 }, "time: must be a text"],
    [{ ...minimal, subject: "" }, "subject: must be a text that is not empty"],
    [{ ...minimal, customer_id: "x" }, '"customer_id": extensions are named by lower-case letters and digits'],
    [{ ...minimal, Customer: "x" }, '"Customer": extensions are named by lower-case letters and digits'],
    [{ ...minimal, ce_source: "/forged" }, '"ce_source": extensions are named by'],
    [JSON.parse(`{"specversion":"1.0","id":"1","source":"s","type":"t","__proto__":1}`), '"__proto__": extensions are'],
    [{ ...minimal, customer: {} }, "attributes.customer: must be a string, number or boolean"],
    [{ ...minimal, customer: "x".repeat(1_025) }, "attributes.customer: has 1025 bytes, at most 1024 are allowed"],
    [{ ...minimal, source: "x".repeat(1_025) }, "attributes.ce_source: has 1025 bytes"],
    [{ ...minimal, ["x".repeat(65)]: 1 }, "attributes:"],
    [{ ...minimal, data: 1, data_base64: "AP8=" }, "data_base64: cannot stand beside data"],
    [{ ...minimal, data_base64: "AP8" }, "data_base64: must be base64 with padding"],
    [{ ...minimal, data_base64: 7 }, "data_base64: must be base64 with padding"],
    [{ ...minimal, fanfareattributes: "{" }, "fanfareattributes: must be the JSON text of an object"],
    [{ ...minimal, fanfareattributes: '{"__proto__":1}' }, 'attributes: "__proto__" is not a free name'],
    [{ ...minimal, fanfareattributes: '{"position":1}' }, 'attributes: "position" is not a free name'],
  ])("%o is refused: %s", (value, message) => {
    expect(refusal(() => fromCloudEvent(value, eventId))).toContain(`invalid_event ${message}`);
  });

  test("of any shape is accepted or refused, never failed at", () => {
    const members = fc.record(
      {
        specversion: fc.constant("1.0"),
        id: fc.anything(),
        source: fc.anything(),
        type: fc.anything(),
        fanfareattributes: fc.oneof(fc.json(), fc.string()),
        data_base64: fc.anything(),
        x: fc.anything(),
      },
      { requiredKeys: ["specversion"] },
    );
    const named = fc.dictionary(fc.string(), fc.anything()).map((extensions) => ({ ...extensions, ...minimal }));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue(), members, named), (value) => {
        expect(refusal(() => fromCloudEvent(value, eventId))).toMatch(/^accepted$|^invalid_event /);
        expect(refusal(() => fromCloudEventBatch(value, eventId))).toMatch(/^accepted$|^invalid_event /);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a batch", () => {
  test("is read event by event, and refused as a whole with the place of the first that is wrong", () => {
    expect(fromCloudEventBatch([minimal, { ...minimal, id: "2" }], eventId).map((event) => event.id)).toEqual([
      "made of /shop and 1",
      "made of /shop and 2",
    ]);
    expect(refusal(() => fromCloudEventBatch([minimal, { ...minimal, id: "" }], eventId))).toContain(
      "invalid_event events[1].id: must be",
    );
    expect(refusal(() => fromCloudEventBatch(minimal, eventId))).toBe(
      "invalid_event events: must be an array of CloudEvents",
    );
  });

  test("holds at most 1000 events", () => {
    const batch = (length: number) => Array.from({ length }, () => minimal);
    expect(refusal(() => fromCloudEventBatch(batch(1_000), eventId))).toBe("accepted");
    expect(refusal(() => fromCloudEventBatch(batch(1_001), eventId))).toBe(
      "payload_too_large events: has 1001, at most 1000 are allowed",
    );
    expect(refusal(() => fromCloudEventBatch(batch(2), eventId, { ...DEFAULT_LIMITS, publishEvents: 1 }))).toContain(
      "at most 1",
    );
  });

  test("hands on what is a defect of the caller's own", () => {
    const broken = (): string => {
      throw new TypeError("no hash");
    };
    expect(() => fromCloudEventBatch([minimal], broken)).toThrow(TypeError);
  });
});

test("an event of our own becomes a CloudEvent with its topic as the source, and all of its attributes", () => {
  const event: FanfareEvent = {
    topic: parseTopic("orders.eu"),
    position: toPosition(9_007_199_254_740_991),
    id: "0198",
    type: "order.paid",
    time: "2026-01-31T12:00:00.000Z",
    attributes: {
      customer: "c1",
      count: 2,
      paid: true,
      customerId: "c1",
      share: 0.5,
      big: 2 ** 31,
      note: "a\u0085b",
      source: "web",
    },
    data: { total: 12 },
  };
  expect(toCloudEvent(event)).toEqual({
    specversion: "1.0",
    id: "0198",
    source: "urn:fanfare:topic:orders.eu",
    type: "order.paid",
    time: "2026-01-31T12:00:00.000Z",
    customer: "c1",
    count: 2,
    paid: true,
    fanfaretopic: "orders.eu",
    fanfareposition: "9007199254740991",
    fanfareattributes: String.raw`{"customerId":"c1","share":0.5,"big":2147483648,"note":"a\u0085b","source":"web"}`,
    data: { total: 12 },
  });
});

test("an attribute is an extension as long as it fits into 32 bits with sign, up to both ends", () => {
  const written = (n: number): unknown => toCloudEvent({ ...publish(minimal), attributes: { n } })["n"];
  const ends = [-(2 ** 31), 2 ** 31 - 1];
  expect(ends.map(written)).toEqual(ends);
  expect([-(2 ** 31) - 1, 2 ** 31].map(written)).toEqual([undefined, undefined]);
});

describe("round trip", () => {
  const text = fc.string({ unit: fc.constantFrom(...'aB0 /é€"\\:'), minLength: 1, maxLength: 10 });
  const own = new Set([
    "id",
    "source",
    "subject",
    "type",
    "time",
    "data",
    "dataschema",
    "specversion",
    "datacontenttype",
  ]);
  const extensionName = fc
    .oneof(
      fc.constantFrom("topic", "position", "traceparent", "5g", "base64", "constructor"),
      fc.stringMatching(/^[a-z0-9]{1,20}$/),
    )
    .filter((name) => !own.has(name) && !name.startsWith("fanfare"));
  const extensions = fc.dictionary(extensionName, fc.oneof(text, fc.constant(""), fc.boolean(), fc.integer()), {
    maxKeys: 5,
  });
  const body = fc.oneof(
    fc.constant({}),
    fc.record({ data: fc.jsonValue().filter((data) => data !== null) }),
    fc.record({ data_base64: fc.base64String() }),
  );
  const core = fc.record(
    {
      specversion: fc.constant("1.0"),
      id: text,
      source: text,
      type: arbitrary.eventType,
      time: arbitrary.time,
      subject: text,
      dataschema: text,
      datacontenttype: text,
    },
    { requiredKeys: ["specversion", "id", "source", "type", "time"] },
  );

  test("of a CloudEvent with a time, ASCII type, data that is not null and names of letters and digits loses nothing", () => {
    fc.assert(
      fc.property(extensions, core, body, (extension, members, data) => {
        const given = wire({ ...extension, ...members, ...data });
        const { fanfaretopic, fanfareposition, ...back } = wire(toCloudEvent(publish(given))) as Record<
          string,
          unknown
        >;
        expect(back).toEqual(given);
        expect([fanfaretopic, fanfareposition]).toEqual(["t", "7"]);
      }),
      { numRuns: 500 },
    );
  });

  test("of an event gives it an id and a source as a CloudEvent, and changes nothing else", () => {
    const odd = fc.constantFrom(
      "ce_topic",
      "ce_ticket",
      "ce_5g",
      "ce_base64",
      "ce_subject",
      "source",
      "data",
      "subject",
      "specversion",
      "fanfaretopic",
      "fanfareattributes",
      "customerId",
    );
    const attributes = fc
      .tuple(arbitrary.attributes, fc.dictionary(odd, arbitrary.attributeValue))
      .map(([a, b]) => ({ ...a, ...b }));
    fc.assert(
      fc.property(arbitrary.record, attributes, fc.boolean(), (record, given, binary) => {
        const event = toEvent({
          ...record,
          attributes: binary ? { ...given, ce_base64: true } : given,
          ...(binary ? { data: '"AP8="' } : {}),
        });
        const first = wire(toCloudEvent(event)) as Record<string, unknown>;
        const again = publish(first, event.topic);
        expect(wire(again)).toEqual(
          wire({
            ...event,
            id: eventId(`urn:fanfare:topic:${event.topic}`, event.id),
            position: 7,
            attributes: { ...event.attributes, ce_id: event.id, ce_source: `urn:fanfare:topic:${event.topic}` },
          }),
        );
        expect(wire({ ...toCloudEvent(again), fanfareposition: first["fanfareposition"] })).toEqual(first);
      }),
      { numRuns: 500 },
    );
  });
});
