import type { Pattern } from "@fanfare/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { RawWebSocket, UPGRADE } from "../../../testing/raw-websocket.ts";
import {
  startTransports,
  type TransportServer,
  type TransportServerOptions,
} from "../../../testing/transport-server.ts";
import type { Identity } from "../../core/identity.ts";
import { eventually } from "../../testing/conformance/waiting.ts";
import { connectWs } from "../../testing/ws-client.ts";

const servers: TransportServer[] = [];

async function start(options: TransportServerOptions = {}): Promise<TransportServer> {
  const server = await startTransports(options);
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

function user(sub: string, grants: Identity["grants"], more: Partial<Identity> = {}): Identity {
  return { sub, kind: "user", grants, profiles: "all", ...more };
}

function subscriber(...topics: string[]): Identity["grants"] {
  return [{ do: ["subscribe", "publish", "signal"], topics: topics as Pattern[] }];
}

test("a client that leaves is forgotten", async () => {
  const server = await start();
  const client = await connectWs(server.wsUrl());
  expect(server.websocket.size).toBe(1);
  expect(await client.close()).toMatchObject({ code: 1000 });
  await eventually("nobody is there", () => server.websocket.size === 0);
});

describe("an upgrade", () => {
  async function refusal(server: TransportServer, headers: readonly string[], path = "/"): Promise<string> {
    return new RawWebSocket(server.port, { headers, path }).head;
  }

  test("needs no subprotocol, but when some are offered fanfare.v1 must be among them", async () => {
    const server = await start();
    expect((await connectWs(server.wsUrl(), { protocols: [] })).socket.protocol).toBe("");
    expect((await connectWs(server.wsUrl(), { protocols: ["other", "fanfare.v1"] })).socket.protocol).toBe(
      "fanfare.v1",
    );
    await expect(connectWs(server.wsUrl(), { protocols: ["other"] })).rejects.toThrow(
      /refused with 400 .*"code":"invalid_request".*fanfare\.v1/,
    );
  });

  test("with a bad handshake is refused with a problem, and leaves no connection behind", async () => {
    const server = await start();
    const [connection = "", upgrade = "", version = "", key = ""] = UPGRADE;
    for (const headers of [
      [connection, upgrade, version],
      [connection, upgrade, version, "Sec-WebSocket-Key: short"],
      [connection, upgrade, key],
      [connection, upgrade, "Sec-WebSocket-Version: 99", key],
      [connection, "Upgrade: other", version, key],
    ]) {
      const answer = await refusal(server, headers);
      expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json\r\n/);
      expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({ code: "invalid_request", status: 400 });
    }
    expect(server.websocket.size).toBe(0);
    expect((await server.hub.health()).connections).toBe(0);
  });

  test("beyond the daemon's or the identity's connections is refused before it happens", async () => {
    const server = await start({
      hub: { limits: { connections: 2, connectionsPerIdentity: 1 } },
      identities: { ann: user("ann", subscriber(">")) },
    });
    await connectWs(server.wsUrl({ as: "ann" }));
    await expect(connectWs(server.wsUrl({ as: "ann" }))).rejects.toThrow(/refused with 429 .*"code":"limit_exceeded"/);
    await connectWs(server.wsUrl());
    await expect(connectWs(server.wsUrl())).rejects.toThrow(/refused with 503 .*"code":"overloaded"/);
  });

  test("with an unknown profile or during a drain is refused", async () => {
    const server = await start();
    await expect(connectWs(server.wsUrl({ profile: "nobody" }))).rejects.toThrow(/refused with 400 .*profile_unknown/);
    await server.hub.drain({ reason: "shutdown", spreadMs: 0 });
    await expect(connectWs(server.wsUrl())).rejects.toThrow(/refused with 503 .*draining/);
  });

  test("of a client that is gone already does nothing", async () => {
    const server = await start();
    const raw = new RawWebSocket(server.port, { headers: UPGRADE });
    raw.socket.end();
    raw.destroy();
    await connectWs(server.wsUrl());
    await eventually("only the other one is there", () => server.websocket.size === 1);
    expect((await server.hub.health()).connections).toBe(1);
  });
});
