import { describe, expect, test } from "vitest";
import type { CloudEvent, FanfareEvent, Page } from "@fanfare/protocol";
import { apiUnderTest, documentOf, refusalOf, type ApiUnderTest } from "../../testing/api-under-test.ts";

const BATCH = "application/cloudevents-batch+json";

const sent: readonly CloudEvent[] = [
  {
    specversion: "1.0",
    id: "1",
    source: "urn:shop",
    type: "order.paid",
    time: "2026-01-31T12:00:00.000Z",
    customer: "c1",
    data: { total: 12 },
  },
  {
    specversion: "1.0",
    id: "2",
    source: "urn:shop",
    type: "order.sent",
    time: "2026-01-31T12:00:01.000Z",
    subject: "é",
    data_base64: "AAEC",
  },
];

const publish = (on: ApiUnderTest, body: unknown): Promise<Response> =>
  on.send("/api/v1/topics/orders/events", { body, headers: { "content-type": BATCH } });
const readBatch = (on: ApiUnderTest, query = ""): Promise<Response> =>
  on.send(`/api/v1/events${query}`, { headers: { accept: BATCH } });
const pageOf = async (on: ApiUnderTest, query = ""): Promise<Page> =>
  documentOf<Page>(await on.send(`/api/v1/events${query}`));
/** All of an event but what its own log gave it. */
const told = (event: FanfareEvent): unknown => ({ ...event, position: undefined });

describe("reading a page as CloudEvents", () => {
  test("gives back the batch that was published, and another hub takes it as the same events", async () => {
    await using on = apiUnderTest();
    await using other = apiUnderTest();
    expect((await publish(on, sent)).status).toBe(201);
    const response = await readBatch(on);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(BATCH);
    const batch = await documentOf<readonly CloudEvent[]>(response);
    expect(batch).toEqual(
      sent.map((event, index) => ({ ...event, fanfaretopic: "orders", fanfareposition: String(index + 1) })),
    );
    await other.hub.publish("before", { type: "a" });
    expect((await publish(other, batch)).status).toBe(201);
    const { events } = await pageOf(other, "?topic=orders");
    expect(events.map(told)).toEqual((await pageOf(on)).events.map(told));
  });

  test("says in its head what a page says beside its events", async () => {
    await using on = apiUnderTest();
    await publish(on, sent);
    const { headers } = await readBatch(on, "?limit=1");
    const page = await pageOf(on, "?limit=1");
    expect([...headers].filter(([name]) => name.startsWith("fanfare-"))).toEqual([
      ["fanfare-complete", "false"],
      ["fanfare-cursor", page.cursor],
      ["fanfare-prev", page.prev],
      ["fanfare-scope", page.scope],
    ]);
    const rest = await readBatch(on, `?after=${page.cursor}&scope=${page.scope}`);
    expect(rest.headers.get("fanfare-complete")).toBe("true");
    await expect(documentOf(rest)).resolves.toMatchObject([{ id: "2" }]);
  });

  test("tells a gap in its head, since a batch has no place for it", async () => {
    await using on = apiUnderTest();
    await publish(on, sent);
    const { headers } = await readBatch(on, "?after=other:7");
    expect(headers.get("fanfare-prev")).toBe("other:7");
    expect(JSON.parse(headers.get("fanfare-gap") ?? "")).toEqual({ reason: "reset", to: 0 });
  });

  test.each([
    [`${BATCH}, application/json;q=0.5`, BATCH],
    [`${BATCH};q=0.5, application/json`, "application/json"],
    ["application/*", "application/json"],
  ])("is for those who prefer it: Accept: %s", async (accept, type) => {
    await using on = apiUnderTest();
    const response = await on.send("/api/v1/events", { headers: { accept } });
    expect(response.headers.get("content-type")).toBe(type);
  });

  test("is named where neither form is accepted, and is not for other paths", async () => {
    await using on = apiUnderTest();
    const none = await on.send("/api/v1/events", { headers: { accept: "text/html" } });
    await expect(refusalOf(none)).resolves.toBe(
      `406 not_acceptable Accept: there are application/json, ${BATCH} and text/event-stream`,
    );
    const topics = await on.send("/api/v1/topics", { headers: { accept: BATCH } });
    expect(topics.headers.get("content-type")).toBe("application/json");
  });

  test("has headers that a listed page of another origin may read", async () => {
    const origin = "https://app.example.org";
    await using on = apiUnderTest({ gate: { origins: [origin] }, api: { origins: [origin] } });
    const { headers } = await on.send("/api/v1/events", { headers: { accept: BATCH, origin } });
    expect(headers.get("access-control-expose-headers")?.split(",")).toEqual(
      expect.arrayContaining(["Fanfare-Cursor", "Fanfare-Prev", "Fanfare-Complete", "Fanfare-Scope", "Fanfare-Gap"]),
    );
  });
});
