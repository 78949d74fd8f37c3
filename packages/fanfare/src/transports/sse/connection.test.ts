import { createServer, get, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CLOSE_CODES, formatCursor, toEpoch, toPosition } from "@fanfare/protocol";
import { afterEach, expect, test } from "vitest";
import type { Opening, Session } from "../../core/session.ts";
import { StreamConnection, type Shared } from "./connection.ts";

const cursor = formatCursor(toEpoch("k3x"), toPosition(7));
const running: (() => void)[] = [];

afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

interface Pair {
  readonly response: ServerResponse;
  /** What the client has read so far. */
  readonly text: () => string;
  readonly ended: Promise<void>;
  readonly leave: () => void;
}

/** A response of a real server, with a client that reads it. */
async function respond(): Promise<Pair> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  let text = "";
  const ended = Promise.withResolvers<void>();
  const request = get({ port, host: "127.0.0.1" }, (incoming) => {
    incoming.setEncoding("utf8");
    incoming.on("data", (chunk: string) => (text += chunk));
    incoming.on("close", () => ended.resolve());
    incoming.on("error", () => ended.resolve());
  });
  request.on("error", () => ended.resolve());
  const response = await new Promise<ServerResponse>((resolve) => {
    server.once("request", (_request, answer) => resolve(answer));
  });
  running.push(() => {
    request.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { response, text: () => text, ended: ended.promise, leave: () => request.destroy() };
}

const shared: Shared = { retryMs: 2_000, closeTimeoutMs: 1_000, forget: () => undefined };

/** A session that only counts what its transport tells it. */
class Counting implements Pick<Session, "ready" | "closed"> {
  readies = 0;
  closes = 0;

  ready(): void {
    this.readies += 1;
  }

  closed(): void {
    this.closes += 1;
  }
}

function opening(start: () => void = () => undefined): Opening {
  return { result: { subscription: "1", cursor, scope: "s", head: cursor, recovered: true }, start };
}

test("what comes before the head waits for it and stands behind the beginning", async () => {
  const { response, text, ended } = await respond();
  const connection = new StreamConnection(response, "events", shared);
  connection.attach(new Counting() as unknown as Session);
  expect(connection.write([connection.wire.goaway(5, "shutdown")])).toBe(true);
  expect(response.headersSent).toBe(false);
  connection.open([opening()], {});
  connection.close(CLOSE_CODES.goingAway, "shutdown");
  await ended;
  expect(text().match(/^event: .*$/gm)).toEqual(["event: heartbeat", "event: bye"]);
  expect(text()).toContain('data: {"reason":"shutdown","reconnectAfterMs":5}\n');
});

test("a close before the head becomes the answer's error", async () => {
  const { response } = await respond();
  const connection = new StreamConnection(response, "events", shared);
  connection.close(CLOSE_CODES.goingAway, "shutdown");
  expect(() => connection.open([opening()], {})).toThrow(expect.objectContaining({ code: "draining" }));
  expect(response.headersSent).toBe(false);
});

test("a client that left while it was let in is told to the session, once", async () => {
  const { response, leave } = await respond();
  const session = new Counting();
  leave();
  await new Promise((resolve) => response.once("close", resolve));
  const connection = new StreamConnection(response, "events", shared);
  connection.attach(session as unknown as Session);
  expect(session.closes).toBe(1);
  connection.gone();
  expect(session.closes).toBe(1);
});

test("a subscription starts behind its beginning, and after the client has left nothing is written", async () => {
  const { response, text, leave } = await respond();
  const session = new Counting();
  const connection = new StreamConnection(response, "events", shared);
  connection.attach(session as unknown as Session);
  connection.open([opening(() => connection.write([connection.wire.goaway(1, "now")]))], {});
  await expect.poll(text).toMatch(/event: heartbeat[^]*event: bye/);
  leave();
  await expect.poll(() => session.closes).toBe(1);
  expect(connection.write([connection.wire.goaway(1, "again")])).toBe(false);
  connection.close(CLOSE_CODES.goingAway, "late");
});

test("readiness is told once after a write that was too much, and not otherwise", async () => {
  const { response, text } = await respond();
  const session = new Counting();
  const connection = new StreamConnection(response, "events", shared);
  connection.attach(session as unknown as Session);
  connection.open([opening()], {});
  const big = { bytes: Buffer.from(`: ${"x".repeat(4 * 1024 * 1024)}\n\n`) };
  // What fills the response without the hub having been told to wait is none of its business.
  response.write(big.bytes);
  await expect.poll(() => text().length).toBeGreaterThan(big.bytes.length);
  expect(response.writableNeedDrain).toBe(false);
  expect(session.readies).toBe(0);
  expect(connection.write([big])).toBe(false);
  await expect.poll(() => text().length).toBeGreaterThan(2 * big.bytes.length);
  await expect.poll(() => session.readies).toBe(1);
});
