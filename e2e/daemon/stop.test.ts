import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { folder, serve } from "../cli/processes.ts";

type Heard = {
  readonly frames: readonly { method?: string; params?: Record<string, unknown> }[];
  readonly code: number;
};

/** Follows everything; the answer is all that it heard until its end. */
async function follow(url: string): Promise<{ readonly heard: Promise<Heard> }> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/ws`, "fanfare.v1");
  const frames: Heard["frames"][number][] = [];
  const ready = Promise.withResolvers<void>();
  const params = { subscription: "1", topics: [">"], after: "now" };
  socket.addEventListener("open", () =>
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscribe", params })),
  );
  socket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(String(data));
    frames.push(frame);
    if (frame.id === 1) ready.resolve();
  });
  const heard = once(socket, "close").then(([{ code }]) => ({ frames, code: code as number }));
  await ready.promise;
  return { heard };
}

/** A client that takes its WebSocket and then neither reads nor answers. */
async function sleeper(url: string): Promise<Socket> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  const lines = [
    "GET /api/v1/ws HTTP/1.1",
    `Host: ${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Protocol: fanfare.v1",
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  await once(socket, "data");
  socket.pause();
  return socket;
}

describe("a signal", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("%s stops in peace: goaway, close, bye, exit code 0", async (signal) => {
    const { url, process } = await serve(["--db", join(await folder(), "fanfare.db")]);
    const socket = await follow(url);
    const stream = await fetch(`${url}/api/v1/events`, { headers: { accept: "text/event-stream" } });
    process.kill(signal);
    const { frames, code } = await socket.heard;
    const goaway = frames.find(({ method }) => method === "goaway");
    expect(goaway?.params).toEqual({ reconnectAfterMs: expect.any(Number), reason: "the server is stopping" });
    expect(code).toBe(1001);
    expect(await stream.text()).toMatch(/^event: bye\ndata: \{.*"reconnectAfterMs":\d+.*\}$/m);
    const exit = await process.exit;
    expect(exit.code).toBe(0);
    expect(exit.stderr).toMatch(new RegExp(`"reason":"${signal}","msg":"stopping"\\}\\n.*"msg":"stopped"\\}\\n$`));
  });

  test("lets a long-poll end with its page", async () => {
    const { url, process } = await serve();
    const page = fetch(`${url}/api/v1/events?after=now&wait=60`);
    // Answered on another connection, it came after the long-poll did.
    await fetch(`${url}/api/v1/health`);
    process.kill("SIGTERM");
    expect(await (await page).json()).toMatchObject({ events: [], complete: true });
    expect((await process.exit).code).toBe(0);
  });

  test("tells each client its own moment to come back", async () => {
    const { url, process } = await serve();
    const sockets = await Promise.all(Array.from({ length: 10 }, () => follow(url)));
    process.kill("SIGTERM");
    const heard = await Promise.all(sockets.map((socket) => socket.heard));
    const slots = heard
      .map(({ frames }) => frames.find(({ method }) => method === "goaway")?.params?.["reconnectAfterMs"] as number)
      .toSorted((a, b) => a - b);
    for (const [index, slot] of slots.entries()) {
      expect(slot).toBeGreaterThanOrEqual(index * 200);
      expect(slot).toBeLessThanOrEqual((index + 1) * 200);
    }
  });

  test("does not wait for ever for a client that does not take its leave", async () => {
    const { url, process } = await serve();
    await sleeper(url);
    process.kill("SIGTERM");
    expect((await process.exit).code).toBe(0);
  });

  test("a second one ends at once", async () => {
    const { url, process } = await serve();
    await sleeper(url);
    process.kill("SIGINT");
    await process.said("stderr", /"stopping"/);
    // The first ones are taken for the echo of the same key.
    const again = setInterval(() => process.kill("SIGINT"), 50);
    onTestFinished(() => clearInterval(again));
    const { code, stderr } = await process.exit;
    expect(code).toBe(1);
    expect(stderr).not.toContain("stopped");
  });
});

test("a stop beyond its deadline is cut short and ends with 1", async () => {
  const cwd = await folder();
  await writeFile(join(cwd, "fanfare.config.ts"), `export default { log: "memory:", shutdown: { deadlineMs: 300 } };`);
  const { url, process } = await serve([], { cwd });
  await sleeper(url);
  process.kill("SIGTERM");
  const { code, stderr } = await process.exit;
  expect(stderr).toMatch(/\nfanfare: stop: took longer than 300 ms \(shutdown\.deadlineMs\)\n$/);
  expect(code).toBe(1);
});
