import { once } from "node:events";
import { describe, expect, test, vi } from "vitest";
import type { Problem } from "@fanfare/protocol";
import { tokenOf } from "../../testing/api-under-test.ts";
import { readToEnd, servedApi, type ServedApi } from "../../testing/served-api.ts";

const HANDSHAKE =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

const upgrade = (path: string, headers = "", host = "127.0.0.1"): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${HANDSHAKE}${headers}\r\n`;

const refusalIn = (text: string): string => {
  const [head = "", body = ""] = text.split("\r\n\r\n");
  expect(head).toContain("Content-Type: application/problem+json");
  const problem = JSON.parse(body) as Problem;
  return `${problem.status} ${problem.code}`;
};

/** Opens a WebSocket, waits for its first bytes after the handshake, and leaves the socket open. */
const enter = async (served: ServedApi, text: string): Promise<string> => {
  const socket = await served.open();
  socket.write(text);
  let received = "";
  while (!received.includes("hello")) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    received += chunk.toString("latin1");
  }
  return received;
};

describe("an upgrade to a WebSocket", () => {
  test("is taken for a program and for the server's own page", async () => {
    await using served = await servedApi();
    for (const headers of ["", "Origin: http://127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"])
      expect(await enter(served, upgrade("/api/v1/ws", headers))).toMatch(/^HTTP\/1\.1 101 /);
    expect(served.hub.connections()).toHaveLength(2);
  });

  test("takes a credential in a header or in its address", async () => {
    await using served = await servedApi({ open: false });
    const token = await tokenOf("ada", []);
    await enter(served, upgrade("/api/v1/ws", `Authorization: Bearer ${token}\r\n`));
    await enter(served, upgrade(`/api/v1/ws?access_token=${token}&profile=default`));
    expect(served.hub.connections()).toMatchObject([{ sub: "ada" }, { sub: "ada" }]);
  });

  test.each<[string, string, string]>([
    ["from a foreign page", upgrade("/api/v1/ws", "Origin: https://evil.example\r\n"), "403 invalid_origin"],
    ["from a page in a sandbox", upgrade("/api/v1/ws", "Origin: null\r\n"), "403 invalid_origin"],
    ["that the browser calls foreign", upgrade("/api/v1/ws", "Sec-Fetch-Site: cross-site\r\n"), "403 invalid_origin"],
    ["to a foreign name", upgrade("/api/v1/ws", "", "evil.example"), "421 misdirected"],
    ["to another path", upgrade("/api/v1/events"), "404 not_found"],
    ["to a path beneath", upgrade("/api/v1/ws/x"), "404 not_found"],
    ["with an unknown parameter", upgrade("/api/v1/ws?profil=x"), "400 invalid_request"],
    ["with an unknown profile", upgrade("/api/v1/ws?profile=x"), "400 profile_unknown"],
    ["with a bad token", upgrade("/api/v1/ws?access_token=x"), "401 unauthenticated"],
    [
      "with two credentials",
      upgrade("/api/v1/ws?access_token=x", "Authorization: Bearer y\r\n"),
      "400 invalid_request",
    ],
    ["of another protocol", upgrade("/api/v1/ws", "Sec-WebSocket-Protocol: other.v1\r\n"), "400 invalid_request"],
    ["of another version", upgrade("/api/v1/ws").replace("Version: 13", "Version: 12"), "400 invalid_request"],
  ])("is refused %s", async (_name, text, expected) => {
    await using served = await servedApi();
    expect(refusalIn(await served.raw(text))).toBe(expected);
    expect(served.hub.connections()).toEqual([]);
  });

  test("is refused without a credential, beyond an identity's share, and 503 beyond the server's room", async () => {
    await using served = await servedApi({
      open: false,
      hub: { limits: { connectionsPerIdentity: 1, connections: 2 } },
    });
    expect(refusalIn(await served.raw(upgrade("/api/v1/ws")))).toBe("401 unauthenticated");
    const as = async (sub: string): Promise<string> =>
      upgrade("/api/v1/ws", `Authorization: Bearer ${await tokenOf(sub, [])}\r\n`);
    await enter(served, await as("ada"));
    expect(refusalIn(await served.raw(await as("ada")))).toBe("429 limit_exceeded");
    await enter(served, await as("eve"));
    expect(refusalIn(await served.raw(await as("bob")))).toBe("503 overloaded");
  });

  test("is refused with 503 while the hub stops, without a look at its credential", async () => {
    let judged = 0;
    const authenticate = async (): Promise<undefined> => void (judged += 1);
    await using served = await servedApi({ open: false, gate: { authenticator: { authenticate } } });
    await served.hub.drain({ reason: "test", spreadMs: 0 });
    const said = await served.raw(upgrade("/api/v1/ws"));
    expect(refusalIn(said)).toBe("503 draining");
    expect(said).toContain("Retry-After: 1\r\n");
    expect(judged).toBe(0);
  });

  test("tells the operator of a failure, and the client only that there was one", async () => {
    const authenticate = async (): Promise<never> => Promise.reject(new TypeError("secret of the inside"));
    await using served = await servedApi({ gate: { authenticator: { authenticate } } });
    const said = await served.raw(upgrade("/api/v1/ws"));
    expect(refusalIn(said)).toBe("500 internal");
    expect(said).not.toContain("secret");
    expect(served.on.errors).toMatchObject([{ message: "secret of the inside" }]);
  });

  test("may be given up by its client while it is judged", async () => {
    const judged = Promise.withResolvers<void>();
    await using served = await servedApi({
      open: false,
      gate: {
        authenticator: {
          authenticate: async () => {
            await judged.promise;
            return { sub: "ada", kind: "user", grants: [], profiles: ["default"] };
          },
        },
      },
    });
    const socket = await served.open();
    const ended = readToEnd(socket);
    socket.write(upgrade("/api/v1/ws"));
    socket.resetAndDestroy();
    await ended;
    await vi.waitFor(async () => {
      const count = await new Promise(
        (resolve) => void served.server.getConnections((_error, value) => resolve(value)),
      );
      expect(count).toBe(0);
    }, 5000);
    judged.resolve();
    expect((await fetch(`${served.url}/api/v1/health/live`)).status).toBe(200);
    expect(served.hub.connections()).toEqual([]);
  });
});
