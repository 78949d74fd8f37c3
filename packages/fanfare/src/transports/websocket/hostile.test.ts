import { CLOSE_CODES } from "@fanfare/protocol";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { clientFrame, OPCODES, RawWebSocket } from "../../../testing/raw-websocket.ts";
import { startTransports, type TransportServer } from "../../../testing/transport-server.ts";
import { eventually } from "../../testing/conformance/waiting.ts";
import { connectWs, type WsClient } from "../../testing/ws-client.ts";

const PING = { jsonrpc: "2.0", id: "ping", method: "ping", params: {} };

let server: TransportServer;
/** Somebody who does nothing wrong and must never notice anything. */
let bystander: WsClient;
const clients: RawWebSocket[] = [];

beforeAll(async () => {
  server = await startTransports({ hub: { limits: { frameBytes: 64 * 1024 } } });
});

beforeEach(async () => {
  bystander = await connectWs(server.wsUrl());
});

afterEach(async () => {
  await expectUnharmed();
  await bystander.close();
  for (const client of clients.splice(0)) client.destroy();
  await eventually("no connection is left", () => server.websocket.size === 0);
});

afterAll(async () => {
  expectNoReports();
  await server[Symbol.asyncDispose]();
});

async function expectUnharmed(): Promise<void> {
  expect(await bystander.request("ping", {})).toHaveProperty("time");
}

function expectNoReports(): void {
  expect(server.reports).toEqual([]);
}

async function raw(): Promise<RawWebSocket> {
  const client = new RawWebSocket(server.port);
  clients.push(client);
  await client.until(() => client.messages[0]);
  return client;
}

async function expectAnswer(client: RawWebSocket, id: string): Promise<void> {
  const answer = await client.until(() => client.messages.find((message) => message["id"] === id));
  expect(answer).toHaveProperty("result.time");
}

async function expectAlive(client: RawWebSocket, id: string): Promise<void> {
  client.text({ ...PING, id });
  await expectAnswer(client, id);
}

async function expectOnlyBystander(): Promise<void> {
  await eventually("the hub forgets everybody else", () => server.websocket.size === 1);
  expect((await server.hub.health()).connections).toBe(1);
}

describe("frames that are fine, however they arrive", () => {
  test("one byte at a time", async () => {
    const client = await raw();
    client.socket.setNoDelay(true);
    for (const byte of clientFrame(OPCODES.text, JSON.stringify(PING))) client.write(Buffer.from([byte]));
    await expectAnswer(client, "ping");
  });

  test("in fragments, split within a character, with pings in between", async () => {
    const client = await raw();
    const bytes = Buffer.from(JSON.stringify({ ...PING, id: "é日😀" }));
    for (let index = 0; index < bytes.length; index += 1) {
      const opcode = index === 0 ? OPCODES.text : OPCODES.continuation;
      client.write(clientFrame(opcode, bytes.subarray(index, index + 1), { final: index === bytes.length - 1 }));
      if (index % 10 === 0) client.write(clientFrame(OPCODES.ping, `p${index}`));
    }
    await expectAnswer(client, "é日😀");
    expect(
      client.frames.filter(({ opcode }) => opcode === OPCODES.pong).map(({ payload }) => payload.toString()),
    ).toEqual(Array.from({ length: Math.ceil(bytes.length / 10) }, (_, index) => `p${index * 10}`));
  });

  test("many in one packet, answered whole and each once", async () => {
    const client = await raw();
    const ids = Array.from({ length: 2_000 }, (_, index) => index);
    client.write(Buffer.concat(ids.map((id) => clientFrame(OPCODES.text, JSON.stringify({ ...PING, id })))));
    await client.until(() => (client.messages.length === 2_001 ? true : undefined));
    expect(client.messages.slice(1).map(({ id }) => id)).toEqual(ids);
  });

  test("in the same packet as the upgrade", async () => {
    const client = new RawWebSocket(server.port, { behind: clientFrame(OPCODES.text, JSON.stringify(PING)) });
    clients.push(client);
    await expectAnswer(client, "ping");
    expect(client.messages[0]?.["method"]).toBe("hello");
  });

  test("at the limit of a frame, and not one byte beyond", async () => {
    const client = await raw();
    const padded = (size: number): string => JSON.stringify(PING).padEnd(size, " ");
    client.text(padded(64 * 1024));
    await expectAnswer(client, "ping");
    client.text(padded(64 * 1024 + 1));
    expect(await client.closeCode()).toBe(CLOSE_CODES.tooBig);
  });
});

describe("frames that end their connection, and only that", () => {
  test.each([
    ["a text that is not UTF-8", clientFrame(OPCODES.text, Buffer.from([0xc3, 0x28])), CLOSE_CODES.invalidData],
    ["a text with half a surrogate pair", clientFrame(OPCODES.text, Buffer.from([0xed, 0xa0, 0x80])), 1007],
    ["a binary message", clientFrame(OPCODES.binary, "{}"), CLOSE_CODES.protocol],
    ["an unknown opcode", clientFrame(3, "x"), 1002],
    ["a continuation of nothing", clientFrame(OPCODES.continuation, "x"), 1002],
    ["a fragmented ping", clientFrame(OPCODES.ping, "x", { final: false }), 1002],
    ["a ping that is too long", clientFrame(OPCODES.ping, "x".repeat(126)), 1002],
    ["a frame that is not masked", Buffer.from([0x81, 0x02, 0x7b, 0x7d]), 1002],
    ["a reserved bit", Buffer.concat([Buffer.from([0xc1]), clientFrame(OPCODES.text, "{}").subarray(1)]), 1002],
    ["a length of 2^63", Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]), 1009],
    ["a close code that may not be sent", clientFrame(OPCODES.close, Buffer.from([0x03, 0xee])), 1002],
  ])("%s", async (_what, bytes, code) => {
    const client = await raw();
    client.write(bytes);
    expect(await client.closeCode()).toBe(code);
  });

  test("a message in more fragments than anybody needs", async () => {
    const client = await raw();
    client.write(clientFrame(OPCODES.text, " ", { final: false }));
    client.write(
      Buffer.concat(Array.from({ length: 5_000 }, () => clientFrame(OPCODES.continuation, " ", { final: false }))),
    );
    expect(await client.closeCode()).toBe(1008);
  });

  test("messages after a fault are not heard", async () => {
    const client = await raw();
    const publish = { jsonrpc: "2.0", method: "publish", params: { topic: "after.a.fault", events: [{ type: "t" }] } };
    client.write(Buffer.concat([clientFrame(OPCODES.binary, "x"), clientFrame(OPCODES.text, JSON.stringify(publish))]));
    expect(await client.closeCode()).toBe(CLOSE_CODES.protocol);
    client.destroy();
    await expectOnlyBystander();
    expect((await server.hub.read({ topics: ["after.>"] })).entries).toEqual([]);
  });

  test("a socket that is reset in the middle of a frame", async () => {
    const client = await raw();
    client.write(clientFrame(OPCODES.text, JSON.stringify(PING)).subarray(0, 7));
    client.socket.resetAndDestroy();
    await expectOnlyBystander();
  });

  test("a client that ends its side without a close frame", async () => {
    const client = await raw();
    client.socket.end();
    await expectOnlyBystander();
  });
});

describe("random input", { timeout: 60_000 }, () => {
  const anyBytes = fc.uint8Array({ maxLength: 300 });
  const anyFrame = fc
    .tuple(fc.constantFrom(0, 1, 2, 8, 9, 10, 3), anyBytes, fc.boolean())
    .map(([opcode, payload, final]) => clientFrame(opcode, Buffer.from(payload), { final }));

  test("of bytes never ends the process", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBytes, { minLength: 1, maxLength: 5 }), async (chunks) => {
        const client = await raw();
        for (const chunk of chunks) client.write(Buffer.from(chunk));
        client.socket.end();
        await expectUnharmed();
      }),
      { numRuns: 60 },
    );
  });

  test("of frames never ends the process", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyFrame, { minLength: 1, maxLength: 8 }), async (frames) => {
        const client = await raw();
        client.write(Buffer.concat(frames));
        client.socket.end();
        await expectUnharmed();
      }),
      { numRuns: 60 },
    );
  });

  test("of text, JSON and requests leaves the connection alive", async () => {
    const name = fc.constantFrom("subscribe", "unsubscribe", "publish", "ack", "signal", "renew", "ping", "x");
    const params = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          subscription: fc.oneof(fc.string(), fc.jsonValue()),
          topics: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
          topic: fc.oneof(fc.string(), fc.jsonValue()),
          events: fc.array(fc.record({ type: fc.string(), data: fc.jsonValue(), attributes: fc.jsonValue() })),
          filter: fc.jsonValue(),
          after: fc.oneof(fc.constantFrom("start", "now", "k:1", "k:99999999999999999"), fc.string()),
          cursor: fc.string(),
          type: fc.string(),
          token: fc.string(),
          delivery: fc.record({
            policy: fc.constantFrom("latest", "conflate", "x"),
            keep: fc.double(),
            key: fc.string(),
          }),
        },
        { requiredKeys: [] },
      ),
    );
    const request = fc
      .record({ jsonrpc: fc.constant("2.0"), id: fc.oneof(fc.string(), fc.jsonValue()), method: name, params })
      .map((value) => JSON.stringify(value));
    const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.json(), request);
    const client = await raw();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 10 }), async (texts) => {
        for (const one of texts) client.text(one);
        await expectAlive(client, `alive-${(round += 1)}`);
      }),
      { numRuns: 150 },
    );
    expect(server.reports).toEqual([]);
  });
});
