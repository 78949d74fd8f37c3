import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { io } from "socket.io-client";
import { WebSocket } from "ws";
import { netLoop, socketIo, sseLoop, wsLoop, type Contender } from "../harness/contenders.ts";
import { startPublisher, startReader } from "../harness/generator.ts";
import { startServer } from "../harness/server.ts";

const open: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((process) => process.stop()));
});

function keep<Process extends { stop(): Promise<void> }>(process: Process): Process {
  open.push(process);
  return process;
}

async function publish(contender: Contender, readersBefore: (port: number) => Promise<void>): Promise<number> {
  const server = keep(await startServer(contender.plan));
  await readersBefore(server.port);
  const publisher = keep(startPublisher());
  const pace = { momentsPerSecond: 100, eventsPerMoment: 2, bytes: 128, milliseconds: 50 };
  return (await publisher.ask({ kind: "pace", target: contender.target(server), ...pace })).events;
}

test.for([netLoop, wsLoop, socketIo, sseLoop].map((contender) => [contender.name, contender] as const))(
  "every subscriber of the %s gets each event once",
  async ([, contender]) => {
    const reader = keep(startReader());
    const { dialect } = contender;
    const events = await publish(contender, async (port) => {
      await reader.ask({ kind: "connect", dialect, port, connections: 3, sampled: 1 });
    });
    const report = await reader.ask({ kind: "report", events, withinMs: 5_000 });
    expect(report).toMatchObject({
      events: 3 * events,
      missing: 0,
      surplus: 0,
      closed: 0,
      latency: { samples: events },
    });
  },
);

test("Socket.IO's own client understands the peer", async () => {
  let first: Promise<unknown> | undefined;
  await publish(socketIo, async (port) => {
    const client = io(`http://127.0.0.1:${port}`, { transports: ["websocket"] });
    open.push({ stop: async () => void client.close() });
    await new Promise<void>((resolve) => client.once("connect", resolve));
    first = new Promise((resolve) => client.once("event", resolve));
  });
  expect(await first).toEqual({ t: expect.any(Number), p: expect.stringMatching(/^\^x+$/) });
});

test("a WebSocket client understands the bare loop", async () => {
  let first: Promise<unknown[]> | undefined;
  await publish(netLoop, async (port) => {
    const client = new WebSocket(`ws://127.0.0.1:${port}`);
    open.push({ stop: async () => client.terminate() });
    await once(client, "open");
    first = once(client, "message");
  });
  expect(String((await first)?.[0])).toHaveLength(128);
});
