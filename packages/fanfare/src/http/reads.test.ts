import { beforeAll, afterAll, describe, expect, test } from "vitest";
import { parseCursor, type Page } from "@fanfare/protocol";
import { apiUnderTest, refusalOf, tokenOf, type ApiUnderTest, type Sending } from "../../testing/api-under-test.ts";
import { page } from "../contract/reads.ts";

const read = async (on: ApiUnderTest, query: string, sending: Sending = {}): Promise<Page> => {
  const response = await on.send(`/api/v1/events${query}`, sending);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  return page.parse(await response.json());
};

const positions = ({ events }: Page): readonly number[] => events.map(({ position }) => position);

describe("reading pages over HTTP", () => {
  let on: ApiUnderTest;
  beforeAll(async () => {
    on = apiUnderTest();
    await on.hub.publish("orders.eu", [
      { type: "order.paid", attributes: { customer: "c1", total: 12 } },
      { type: "order.paid", attributes: { customer: "c2", total: 7 } },
      { type: "order.sent", attributes: { customer: "c1", fast: true } },
    ]);
    await on.hub.publish("orders.us", { type: "order.paid", attributes: { customer: "c3" } });
    await on.hub.publish("stock", { type: "stock.low", attributes: { customer: "c1" } });
  });
  afterAll(() => on.hub.close());

  test.each<[string, readonly number[]]>([
    ["", [1, 2, 3, 4, 5]],
    ["?", [1, 2, 3, 4, 5]],
    ["?topic=orders.eu", [1, 2, 3]],
    ["?topic=orders.*", [1, 2, 3, 4]],
    ["?topic=orders.us&topic=stock", [4, 5]],
    ["?type=order.sent&type=stock.low", [3, 5]],
    ["?attr.customer=c1", [1, 3, 5]],
    ["?attr.customer=c2&attr.customer=c3", [2, 4]],
    ["?attr.customer=c1&type=order.paid", [1]],
    ["?attr.customer=c1&attr.fast=true", [3]],
    ["?attr.total=12", [1]],
    [`?filter=${encodeURIComponent('{"any":[{"prefix":{"type":"stock"}},{"exact":{"total":7}}]}')}`, [2, 5]],
    [`?filter=${encodeURIComponent('{"not":{"exact":{"type":"order.paid"}}}')}&attr.customer=c1`, [3, 5]],
    ["?limit=2", [1, 2]],
    ["?after=start", [1, 2, 3, 4, 5]],
    ["?after=now", []],
    ["?attr.customer=", []],
    ["?policy=latest&keep=2", [4, 5]],
    ["?policy=complete", [1, 2, 3, 4, 5]],
    ["?profile=default", [1, 2, 3, 4, 5]],
  ])("%s gives %j", async (query, expected) => {
    expect(positions(await read(on, query))).toEqual(expected);
  });

  test("a page goes on where the last one ended, and says when it was complete", async () => {
    const first = await read(on, "?limit=2");
    expect(first).toMatchObject({ prev: expect.stringMatching(/:0$/), complete: false });
    const second = await read(on, `?limit=3&after=${first.cursor}&scope=${first.scope}`);
    expect(second).toMatchObject({ prev: first.cursor, complete: true });
    expect(positions(second)).toEqual([3, 4, 5]);
    expect(second.gap).toBeUndefined();
  });

  test("a cursor of another scope, epoch or future is answered with a gap", async () => {
    const all = await read(on, "");
    const other = await read(on, `?topic=stock&after=${all.cursor}&scope=${all.scope}`);
    expect(other.gap).toMatchObject({ reason: "scope" });
    const { epoch } = parseCursor(all.cursor);
    for (const strange of ["otherepoch:3", `${epoch}:4000`]) {
      const back = await read(on, `?after=${strange}`);
      expect(back).toMatchObject({ prev: strange, gap: { reason: "reset", to: 0 } });
      expect(positions(back)).toEqual([1, 2, 3, 4, 5]);
    }
  });

  test("alternatives and filters have the scope of the same subscription", async () => {
    const { scope } = await read(on, "?attr.customer=c1&attr.customer=c2&type=a");
    const filter = { all: [{ in: { customer: ["c2", "c1"] } }, { exact: { type: "a" } }] };
    const same = on.hub.subscribe({ topics: [">"], filter });
    await expect(same.opened).resolves.toMatchObject({ scope });
    same.close();
  });

  test.each<[string, string]>([
    ["?limit=0", "400 invalid_request limit: must be a whole number from 1 to 1000"],
    ["?limit=1001", "400 invalid_request limit: "],
    ["?limit=", "400 invalid_request limit: "],
    ["?limit=1e2", "400 invalid_request limit: "],
    ["?limit=-1", "400 invalid_request limit: "],
    ["?limit=5&limit=6", "400 invalid_request limit: is given 2 times"],
    ["?wait=61", "400 invalid_request wait: must be from 0 to 60 seconds"],
    ["?wait=soon", "400 invalid_request wait: "],
    ["?after=x", '400 invalid_cursor after: expected "epoch:position", got "x"'],
    ["?after=", "400 invalid_cursor "],
    ["?after=abc:1%0d%0aset-cookie:x", "400 invalid_cursor "],
    ["?after=abc:99999999999999999999", "400 invalid_cursor "],
    ["?topic=", "400 invalid_topic "],
    ["?topic=a..b", '400 invalid_topic topic: "a..b" is not a topic with'],
    [`?topic=${"a.".repeat(10_000)}b`, "400 invalid_topic "],
    [`?${"topic=a&".repeat(65)}`, "429 limit_exceeded topics: has 65 patterns"],
    ["?filter=x", "400 invalid_json filter: is not JSON"],
    ["?filter={}", "400 invalid_filter filter: "],
    [`?filter=${"[".repeat(70)}`, "400 invalid_request filter: is nested 70 deep"],
    [
      `?filter=${encodeURIComponent('{"not":'.repeat(9) + '{"exact":{"a":1}}' + "}".repeat(9))}`,
      "400 invalid_filter filter: is nested deeper than 8",
    ],
    [`?${"attr.x=1&".repeat(65)}`, "400 invalid_filter "],
    ["?attr.type=x", "400 invalid_request attr.type: this is no attribute's name"],
    ["?attr.=x", "400 invalid_request attr.: "],
    ["?attr.__proto__=x", "400 invalid_request attr.__proto__: "],
    ["?attr=x", "400 invalid_request attr: unknown parameter"],
    ["?policy=newest", "400 invalid_request policy: must be one of complete, latest, conflate"],
    ["?keep=2", "400 invalid_request keep: has a meaning only with policy=latest"],
    ["?policy=latest&keep=501", "400 invalid_request keep: "],
    ["?policy=complete&key=a", "400 invalid_request key: "],
    ["?policy=conflate", "400 invalid_request key: is needed"],
    ["?policy=conflate&key=a b", "400 invalid_request delivery.key: "],
    ["?profile=nobody", "400 profile_unknown "],
    ["?topics=a", "400 invalid_request topics: unknown parameter; allowed: topic, type, attr.<name>, filter"],
    ["?x%0d%0ay=1", '400 invalid_request "x\\r\\ny": unknown parameter'],
    ["?constructor=1", "400 invalid_request constructor: unknown parameter"],
    ["?access_token=x", "400 invalid_request access_token: counts for streams and WebSockets only"],
    ["?format=deliveries", "400 invalid_request format: needs Accept: text/event-stream"],
    ["?subscriptions=[]", "400 invalid_request subscriptions: needs Accept: text/event-stream"],
    ["?consumer=c", "400 invalid_request consumer: needs Accept: text/event-stream"],
  ])("%s is refused", async (query, expected) => {
    const said = await refusalOf(await on.send(`/api/v1/events${query}`));
    expect(said.slice(0, expected.length)).toBe(expected);
    expect(on.errors).toEqual([]);
  });

  test("HEAD answers as GET without its body", async () => {
    const response = await on.send("/api/v1/events", { method: "HEAD" });
    expect(response.status).toBe(200);
    await expect(response.text()).resolves.toBe("");
  });

  test.each(["text/html", "image/png", "application/xml;q=0.9, text/css"])(
    "nothing is given to Accept: %s",
    async (accept) => {
      await expect(refusalOf(await on.send("/api/v1/events", { headers: { accept } }))).resolves.toMatch(
        /^406 not_acceptable /,
      );
    },
  );

  test.each([
    "*/*",
    "application/json",
    "application/*",
    "text/html, */*;q=0.1",
    "text/event-stream;q=0.5, application/json",
    "text/event-stream;q=0, */*",
  ])("JSON is given to Accept: %s", async (accept) => {
    await expect(read(on, "", { headers: { accept } })).resolves.toMatchObject({ complete: true });
  });
});

describe("waiting for a page", () => {
  test("ends with the first event that matches, and not with another", async () => {
    await using on = apiUnderTest();
    await on.hub.ready();
    const waiting = read(on, "?topic=a&wait=30");
    await on.hub.publish("b", { type: "other" });
    await on.hub.publish("a", { type: "mine" });
    const found = await waiting;
    expect(found.events).toMatchObject([{ type: "mine", position: 2 }]);
    expect(found.complete).toBe(true);
  });

  test("ends when its time is over, with a cursor that has moved on", async () => {
    await using on = apiUnderTest();
    await on.hub.publish("b", { type: "other" });
    const found = await read(on, "?topic=a&wait=0.05");
    expect(found).toMatchObject({ events: [], complete: true, cursor: expect.stringMatching(/:1$/) });
  });

  test("ends when the client is gone", async () => {
    await using on = apiUnderTest();
    const leaving = new AbortController();
    const waiting = on.send("/api/v1/events?wait=30", { signal: leaving.signal });
    leaving.abort();
    await expect(waiting.then((response) => response.status)).resolves.toBe(200);
  });

  test("ends when the credential is revoked, and gives nothing away then", async () => {
    await using on = apiUnderTest({ open: false });
    const token = await tokenOf("ada", [{ do: ["subscribe"], topics: [">"] }]);
    await on.hub.ready();
    const waiting = on.send("/api/v1/events?wait=30", { token });
    await on.hub.revoke({ sub: "ada" });
    await expect(waiting.then(refusalOf)).resolves.toMatch(/^401 token_revoked /);
  });
});

describe("profiles over HTTP", () => {
  test("narrow and redact, and must be allowed by the token", async () => {
    await using on = apiUnderTest({
      open: false,
      hub: {
        profiles: [
          {
            name: "thin",
            filter: { exact: { type: "a" } },
            transform: ({ type, attributes }) => ({ type, attributes, data: null }),
          },
        ],
      },
    });
    await on.hub.publish("t", [{ type: "a", data: "secret" }, { type: "b" }]);
    const token = await tokenOf("ada", [{ do: ["subscribe"], topics: [">"] }], { profiles: ["thin"] });
    await expect(read(on, "?profile=thin", { token })).resolves.toMatchObject({ events: [{ type: "a", data: null }] });
    await expect(refusalOf(await on.send("/api/v1/events", { token }))).resolves.toMatch(/^403 forbidden profile: /);
    const other = await tokenOf("eve", [{ do: ["subscribe"], topics: [">"] }]);
    await expect(refusalOf(await on.send("/api/v1/events?profile=thin", { token: other }))).resolves.toMatch(
      /^403 forbidden profile: /,
    );
  });
});
