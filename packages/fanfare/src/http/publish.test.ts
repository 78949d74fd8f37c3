import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, type FanfareEvent, type Page, type PublishResult } from "@fanfare/protocol";
import {
  apiUnderTest,
  documentOf,
  refusalOf,
  tokenOf,
  type ApiUnderTest,
  type Sending,
} from "../../testing/api-under-test.ts";
import { publishResult } from "../contract/events.ts";

const PATH = "/api/v1/topics/orders.eu/events";

const publish = (on: ApiUnderTest, body: unknown, more: Sending = {}, path = PATH): Promise<Response> =>
  on.send(path, { method: "POST", body, ...more });

const events = async (on: ApiUnderTest): Promise<readonly FanfareEvent[]> =>
  (await documentOf<Page>(await on.send("/api/v1/events"))).events;

describe("publishing over HTTP", () => {
  test("commits one event and says where it is", async () => {
    await using on = apiUnderTest();
    const response = await publish(on, { type: "order.paid", data: { total: 12 }, attributes: { customer: "c1" } });
    expect(response.status).toBe(201);
    const result = publishResult.parse(await response.json());
    expect(result.events).toMatchObject([{ position: 1, duplicate: false }]);
    expect(result.cursor).toMatch(/^[a-z0-9]+:1$/);
    await expect(events(on)).resolves.toMatchObject([
      { topic: "orders.eu", position: 1, type: "order.paid", attributes: { customer: "c1" }, data: { total: 12 } },
    ]);
  });

  test("commits an array in its order, all or nothing", async () => {
    await using on = apiUnderTest();
    expect((await publish(on, [{ type: "a" }, { type: "b" }])).status).toBe(201);
    const refused = await publish(on, [{ type: "c" }, { data: "no type" }]);
    await expect(refusalOf(refused)).resolves.toMatch(/^422 invalid_event events\[1\]\.type: /);
    await expect(events(on)).resolves.toMatchObject([{ type: "a" }, { type: "b" }]);
  });

  test("answers the same event with 200, and part of a batch with 201", async () => {
    await using on = apiUnderTest();
    const event = { id: "e1", type: "a", data: 1 };
    const first = await documentOf<PublishResult>(await publish(on, event));
    const again = await publish(on, event);
    expect(again.status).toBe(200);
    await expect(again.json()).resolves.toEqual({ ...first, events: [{ ...first.events[0], duplicate: true }] });
    expect((await publish(on, [event, { type: "b" }])).status).toBe(201);
    await expect(refusalOf(await publish(on, { ...event, data: 2 }))).resolves.toMatch(/^409 id_conflict /);
  });

  test("takes back an event as it was read", async () => {
    await using on = apiUnderTest();
    await publish(on, { type: "a", data: [1], attributes: { x: true } });
    const [event] = await events(on);
    expect((await publish(on, event)).status).toBe(200);
  });

  test.each<[string, unknown, string]>([
    ["nothing", "", "400 invalid_json body: is not JSON"],
    ["broken JSON", '{"type":', "400 invalid_json body: is not JSON"],
    ["a text", '"type"', "422 invalid_event event: "],
    ["null", "null", "422 invalid_event event: "],
    ["an empty array", [], "400 invalid_request events: "],
    ["an array of null", [null], "422 invalid_event events[0]: "],
    ["an array of arrays", [[{ type: "a" }]], "422 invalid_event events[0]"],
    ["a number for a type", { type: 1 }, "422 invalid_event event.type: "],
    ["an empty type", { type: "" }, "422 invalid_event type: "],
    ["a reserved type", { type: "gap" }, "422 invalid_event type: "],
    ["line ends in a type", { type: "a\r\nid: x" }, "422 invalid_event type: "],
    ["a list as attributes", { type: "a", attributes: [] }, "422 invalid_event event.attributes: "],
    ["a nested attribute", { type: "a", attributes: { x: {} } }, "422 invalid_event event.attributes.x: "],
    ["a reserved attribute", { type: "a", attributes: { topic: "x" } }, "422 invalid_event attributes: "],
    ["a prototype as attribute", '{"type":"a","attributes":{"__proto__":1}}', "422 invalid_event attributes: "],
    ["no time", { type: "a", time: "yesterday" }, "422 invalid_event time: "],
    ["an id with line ends", { type: "a", id: "x\ny" }, "422 invalid_event id: "],
    ["a large event", { type: "a", data: "x".repeat(DEFAULT_LIMITS.eventBytes) }, "413 payload_too_large event: "],
    ["1001 things that are no events", Array.from({ length: 1001 }, () => 0), "413 payload_too_large events: has 1001"],
    [
      "1001 events",
      Array.from({ length: 1001 }, () => ({ type: "a" })),
      "413 payload_too_large events: has 1001, at most 1000",
    ],
    [
      "deep JSON",
      `{"type":"a","data":${"[".repeat(64)}${"]".repeat(64)}}`,
      "400 invalid_request body: is nested 65 deep, at most 64",
    ],
    ["very deep JSON", "[".repeat(1_000_000), "400 invalid_request body: is nested 1000000 deep"],
  ])("refuses %s", async (_name, body, expected) => {
    await using on = apiUnderTest();
    const said = await refusalOf(await publish(on, body));
    expect(said.slice(0, expected.length)).toBe(expected);
    await expect(events(on)).resolves.toEqual([]);
    expect(on.errors).toEqual([]);
  });

  test("takes JSON as deep as the limit", async () => {
    await using on = apiUnderTest();
    expect((await publish(on, `{"type":"a","data":${"[".repeat(63)}${"]".repeat(63)}}`)).status).toBe(201);
  });

  test.each([
    "a..b",
    "a%20b",
    ".",
    "a.*",
    ">",
    "a%0d%0ab",
    "%ff",
    "a%2Fb",
    "x".repeat(257),
    Array.from({ length: 17 }, () => "t").join("."),
  ])("refuses the topic %s", async (topic) => {
    await using on = apiUnderTest();
    const response = await publish(on, { type: "a" }, {}, `/api/v1/topics/${topic}/events`);
    await expect(refusalOf(response)).resolves.toMatch(/^(400 invalid_topic topic: |404 not_found )/);
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "",
    "application/json; charset=latin1",
  ])("refuses the content type %j, which a page of another origin could send", async (type) => {
    await using on = apiUnderTest();
    const response = await publish(on, "{}", { headers: { "content-type": type } });
    await expect(refusalOf(response)).resolves.toMatch(/^415 unsupported_media_type Content-Type: /);
  });

  test("takes a content type in any case and with its charset, but no content coding", async () => {
    await using on = apiUnderTest();
    const headers = { "content-type": 'Application/JSON; Charset="UTF-8"' };
    expect((await publish(on, { type: "a" }, { headers })).status).toBe(201);
    const coded = await publish(on, { type: "a" }, { headers: { "content-encoding": "gzip" } });
    await expect(refusalOf(coded)).resolves.toMatch(/^415 unsupported_media_type Content-Encoding: /);
  });

  test("refuses text that is not UTF-8", async () => {
    await using on = apiUnderTest();
    const bytes = new Uint8Array([...new TextEncoder().encode('{"type":"a","data":"'), 0xff, 0x22, 0x7d]);
    const request = new Request(`http://127.0.0.1${PATH}`, {
      method: "POST",
      headers: { host: "127.0.0.1", "content-type": "application/json" },
      body: bytes,
    });
    await expect(refusalOf(await on.api.fetch(request))).resolves.toBe("400 invalid_json body: is not UTF-8");
  });

  test("stops reading a body without length at its limit", async () => {
    await using on = apiUnderTest({ hub: { limits: { bodyBytes: 10_000 } } });
    let sent = 0;
    let cancelled = false;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1000;
        controller.enqueue(new TextEncoder().encode(" ".repeat(1000)));
      },
      cancel() {
        cancelled = true;
      },
    });
    const request = new Request(`http://127.0.0.1${PATH}`, {
      method: "POST",
      headers: { host: "127.0.0.1", "content-type": "application/json" },
      body,
      duplex: "half",
    });
    await expect(refusalOf(await on.api.fetch(request))).resolves.toBe(
      "413 payload_too_large body: has more than 10000 bytes",
    );
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThan(20_000);
  });

  test("refuses parameters that it does not know, and naming none is fine", async () => {
    await using on = apiUnderTest();
    const response = await publish(on, { type: "a" }, {}, `${PATH}?dry=1`);
    await expect(refusalOf(response)).resolves.toBe("400 invalid_request dry: unknown parameter; there are none here");
    expect((await publish(on, { type: "a" }, {}, `${PATH}?`)).status).toBe(201);
  });

  test("answers 503 with a hint when to come back while the hub stops", async () => {
    await using on = apiUnderTest();
    await on.hub.ready();
    await on.hub.close();
    const response = await publish(on, { type: "a" });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    await expect(refusalOf(response)).resolves.toMatch(/^503 (draining|unavailable) /);
  });

  test("answers 429 with a hint when to come back above the rate of an identity", async () => {
    await using on = apiUnderTest({ open: false, hub: { limits: { publishRate: 1 } } });
    const token = await tokenOf("ada", [{ do: ["publish"], topics: [">"] }]);
    expect((await publish(on, { type: "a" }, { token })).status).toBe(201);
    const response = await publish(on, [{ type: "a" }, { type: "a" }], { token });
    expect(response.headers.get("retry-after")).toBe("1");
    await expect(refusalOf(response)).resolves.toMatch(/^429 rate_limited /);
  });

  test("asks for the grant", async () => {
    await using on = apiUnderTest({ open: false });
    const token = await tokenOf("ada", [{ do: ["publish"], topics: ["orders.*"], filter: { exact: { type: "a" } } }]);
    expect((await publish(on, { type: "a" }, { token })).status).toBe(201);
    await expect(refusalOf(await publish(on, { type: "b" }, { token }))).resolves.toMatch(/^403 forbidden /);
    await expect(
      refusalOf(await publish(on, { type: "a" }, { token }, "/api/v1/topics/other/events")),
    ).resolves.toMatch(/^403 forbidden topic: /);
  });
});

describe("CloudEvents over HTTP", () => {
  const cloudEvent = {
    specversion: "1.0",
    id: "1",
    source: "/shop",
    type: "order.paid",
    subject: "o7",
    data: { total: 1 },
  };
  const single = { headers: { "content-type": "application/cloudevents+json; charset=utf-8" } };
  const batch = { headers: { "content-type": "application/cloudevents-batch+json" } };

  test("are events with an id made of source and id", async () => {
    await using on = apiUnderTest();
    const first = await publish(on, cloudEvent, single);
    expect(first.status).toBe(201);
    const result = await documentOf<PublishResult>(first);
    expect(result.events[0]?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    expect((await publish(on, cloudEvent, single)).status).toBe(200);
    expect((await publish(on, [cloudEvent, { ...cloudEvent, id: "2" }], batch)).status).toBe(201);
    await expect(events(on)).resolves.toMatchObject([
      { id: result.events[0]?.id, type: "order.paid", attributes: { ce_source: "/shop", ce_subject: "o7" } },
      { type: "order.paid" },
    ]);
  });

  test.each<[string, Sending, unknown, string]>([
    ["of another version", single, { ...cloudEvent, specversion: "0.3" }, "422 invalid_event specversion: "],
    ["without a source", single, { ...cloudEvent, source: undefined }, "422 invalid_event source: "],
    ["in a batch, by their place", batch, [cloudEvent, {}], "422 invalid_event events[1].specversion: "],
    ["as a batch that is none", batch, cloudEvent, "422 invalid_event events: "],
    ["as one that is a batch", single, [cloudEvent], "422 invalid_event event: "],
    ["1001 at once", batch, Array.from({ length: 1001 }, () => cloudEvent), "413 payload_too_large events: "],
  ])("are refused %s", async (_name, how, body, expected) => {
    await using on = apiUnderTest();
    const said = await refusalOf(await publish(on, body, how));
    expect(said.slice(0, expected.length)).toBe(expected);
  });
});
