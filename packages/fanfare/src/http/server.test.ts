import { once } from "node:events";
import { describe, expect, test, vi } from "vitest";
import type { Problem } from "@fanfare/protocol";
import { refusalOf } from "../../testing/api-under-test.ts";
import { readToEnd, servedApi } from "../../testing/served-api.ts";

/** The last answer of a raw conversation: its status, and its problem. */
const refusalIn = (text: string): string => {
  const at = text.lastIndexOf("HTTP/1.1 ");
  const [head = "", body = ""] = text.slice(at).split("\r\n\r\n");
  expect(head.toLowerCase()).toContain("content-type: application/problem+json");
  const problem = JSON.parse(body) as Problem;
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${problem.status} `));
  return `${problem.status} ${problem.code} ${problem.detail}`;
};

const post = (headers: string, body: string, path = "/api/v1/topics/t/events"): string =>
  `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\n${headers}\r\n\r\n${body}`;

describe("the HTTP server", () => {
  test("answers over a real connection, many times over one", async () => {
    await using served = await servedApi();
    for (const position of [1, 2, 3]) {
      const response = await fetch(`${served.url}/api/v1/topics/t/events`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ type: "a" }),
      });
      expect(response.status).toBe(201);
      await expect(response.json()).resolves.toMatchObject({ events: [{ position }] });
    }
    const page = await fetch(`${served.url}/api/v1/events?limit=2`);
    await expect(page.json()).resolves.toMatchObject({ events: [{ position: 1 }, { position: 2 }], complete: false });
    const head = await fetch(`${served.url}/api/v1/events`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test.each<[string, string, string]>([
    ["no HTTP", "garbage\r\n\r\n", "400 invalid_request request: is not HTTP"],
    [
      "a bare line feed in a header",
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\nY: b\rZ: c\r\n\r\n",
      "400 invalid_request",
    ],
    [
      "a carriage return in a header",
      "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: a\rb\r\n\r\n",
      "400 invalid_request",
    ],
    [
      "headers beyond all measure",
      `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${"x".repeat(80_000)}\r\n\r\n`,
      "400 invalid_request",
    ],
    ["no Host", "GET /api/v1/events HTTP/1.1\r\nConnection: close\r\n\r\n", "400 invalid_request request: "],
    ["no Host in HTTP 1.0", "GET /api/v1/events HTTP/1.0\r\n\r\n", "400 invalid_request request: "],
    [
      "a Host with a space",
      "GET / HTTP/1.1\r\nHost: 127.0.0.1 x\r\nConnection: close\r\n\r\n",
      "400 invalid_request request: ",
    ],
    [
      "a Host with a user",
      "GET / HTTP/1.1\r\nHost: a@127.0.0.1\r\nConnection: close\r\n\r\n",
      "400 invalid_request request: ",
    ],
    ["a foreign Host", "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "421 misdirected Host: "],
    ["two Hosts", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "4"],
    [
      "an address of another server",
      "GET http://evil.example/api/v1/events HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
      "421 misdirected",
    ],
    [
      "an address that is none",
      "GET nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
      "400 invalid_request",
    ],
    [
      "line ends in the path",
      "GET /api/v1/%0d%0aevents HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
      "404 not_found",
    ],
    ["two lengths", post("Content-Length: 2\r\nContent-Length: 3", "{}"), "400 invalid_request"],
    [
      "a length and chunks",
      post("Content-Length: 2\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
      "400 invalid_request",
    ],
  ])("answers %s with a problem", async (_name, text, expected) => {
    await using served = await servedApi();
    const said = refusalIn(await served.raw(text));
    expect(said.slice(0, expected.length)).toBe(expected);
    expect(served.on.errors).toEqual([]);
    expect((await fetch(`${served.url}/api/v1/health/live`)).status).toBe(200);
  });

  test("never writes a parameter into a head", async () => {
    await using served = await servedApi();
    const said = await served.raw(
      "GET /api/v1/events?after=a:1%0d%0aSet-Cookie:%20x=1&topic=%0d%0aEvil:1 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    );
    expect(said.split("\r\n\r\n")[0]).not.toMatch(/set-cookie|evil/i);
    expect(refusalIn(said)).toMatch(/^400 invalid_(topic|cursor) /);
  });

  test("refuses a large body by its length, before any of it has come", async () => {
    await using served = await servedApi();
    expect(refusalIn(await served.raw(post("Content-Length: 9000000", "")))).toBe(
      "413 payload_too_large body: has more than 4194304 bytes",
    );
  });

  test("refuses a large body that does not say its length, once it is over the limit", async () => {
    await using served = await servedApi({ hub: { limits: { bodyBytes: 1000 } } });
    const chunk = `400\r\n${" ".repeat(0x400)}\r\n`;
    expect(refusalIn(await served.raw(post("Transfer-Encoding: chunked", chunk)))).toBe(
      "413 payload_too_large body: has more than 1000 bytes",
    );
  });

  test("outlives a client that leaves in the middle of its body", async () => {
    await using served = await servedApi();
    const socket = await served.open();
    const ended = readToEnd(socket);
    const begun = once(served.server, "request");
    socket.write(post("Content-Length: 100", '{"type":'));
    await begun;
    socket.destroy();
    await ended;
    await vi.waitFor(() => expect(served.on.requests.map(({ status }) => status)).toEqual([400]), 5000);
    expect(served.on.errors).toEqual([]);
    expect((await fetch(`${served.url}/api/v1/health/live`)).status).toBe(200);
  });

  test("ends a long poll when its client leaves", async () => {
    await using served = await servedApi();
    await served.hub.ready();
    const leaving = new AbortController();
    const begun = once(served.server, "request");
    const waiting = fetch(`${served.url}/api/v1/events?wait=60`, { signal: leaving.signal });
    await begun;
    leaving.abort();
    await expect(waiting).rejects.toThrow("aborted");
    await vi.waitFor(() => expect(served.on.requests).toHaveLength(1), 5000);
    expect(served.on.requests[0]?.ms).toBeLessThan(10_000);
  });

  test("a problem of a publisher in a hurry ends nobody else's request on the same connection", async () => {
    await using served = await servedApi();
    const bad = post("Content-Length: 1", "{").replace("Connection: close\r\n", "");
    const good = post("Content-Length: 12", '{"type":"a"}');
    const said = await served.raw(bad + good);
    expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 400", "HTTP/1.1 201"]);
  });
});

describe("an unknown address on a real server", () => {
  test("is a problem", async () => {
    await using served = await servedApi();
    await expect(refusalOf(await fetch(`${served.url}/nothing`))).resolves.toMatch(/^404 not_found /);
  });
});
