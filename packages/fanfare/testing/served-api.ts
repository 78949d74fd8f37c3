import { connect, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import type { Server } from "node:http";
import { createHttpServer } from "../src/http/server.ts";
import { upgradeListener } from "../src/http/upgrade.ts";
import { createSseTransport } from "../src/transports/sse/transport.ts";
import { refuseUpgrade } from "../src/transports/websocket/refusal.ts";
import { createWebSocketTransport } from "../src/transports/websocket/transport.ts";
import { apiUnderTest, type ApiUnderTest, type ApiUnderTestOptions } from "./api-under-test.ts";
import type { Hub } from "../src/core/hub.ts";

/** An API with its streams and WebSockets on a real port. */
export interface ServedApi extends AsyncDisposable {
  readonly on: ApiUnderTest;
  readonly hub: Hub;
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  /** Sends bytes as they are and answers all that comes back until the server ends the connection. */
  raw(text: string): Promise<string>;
  /** A connection of one's own. */
  open(): Promise<Socket>;
}

export async function servedApi(options: ApiUnderTestOptions = {}): Promise<ServedApi> {
  const open = new Set<{ close(): void }>();
  const on = apiUnderTest({
    ...options,
    streams: (hub) => {
      const sse = createSseTransport({ hub });
      open.add(sse);
      return sse.open;
    },
  });
  const { hub, gate } = on;
  const websocket = createWebSocketTransport({ hub, identify: async () => Promise.reject(new Error("not used")) });
  open.add(websocket);
  const server = createHttpServer(on.api);
  server.on(
    "upgrade",
    upgradeListener({
      gate,
      hub,
      take: websocket.upgrade,
      refuse: refuseUpgrade,
      report: (error) => on.errors.push(error),
    }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const dial = async (): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return socket;
  };
  return {
    on,
    hub,
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    open: dial,
    raw: async (text) => {
      const socket = await dial();
      socket.write(text, "latin1");
      return readToEnd(socket);
    },
    async [Symbol.asyncDispose]() {
      for (const transport of open) transport.close();
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
      await hub.close();
    },
  };
}

export async function readToEnd(socket: Socket): Promise<string> {
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => (text += chunk));
  // A server that closes while the client still sends resets the connection.
  socket.on("error", () => undefined);
  await once(socket, "close");
  return text;
}
