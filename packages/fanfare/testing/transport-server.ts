import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { FanfareError, isFanfareError } from "@fanfare/protocol";
import type { StreamParams } from "../src/contract/streams.ts";
import type { Hub } from "../src/core/hub.ts";
import { OPEN, type Identity } from "../src/core/identity.ts";
import { createHub, type HubOptions } from "../src/hub/create-hub.ts";
import { memoryLog } from "../src/memory.ts";
import { createSseTransport, type SseTransport, type SseTransportOptions } from "../src/transports/sse/transport.ts";
import {
  createWebSocketTransport,
  type WebSocketTransport,
  type WebSocketTransportOptions,
} from "../src/transports/websocket/transport.ts";

/** A hub in memory with both streams on a real port, without the routes, checks and credentials of the daemon. */
export interface TransportServer extends AsyncDisposable {
  readonly hub: Hub;
  readonly port: number;
  readonly websocket: WebSocketTransport;
  readonly sse: SseTransport;
  /** Who has that name among the identities, or the open user without one; throws `unauthenticated`. */
  readonly identityOf: (name: string | undefined) => Identity;
  /** Server sides of the sockets that were upgraded, in order. */
  readonly sockets: readonly Duplex[];
  /** Failures that the transports reported. */
  readonly reports: readonly unknown[];
  wsUrl(query?: Readonly<Record<string, string>>): string;
  sseUrl(params: StreamParams, query?: Readonly<Record<string, string>>): string;
}

export interface TransportServerOptions {
  readonly hub?: Partial<HubOptions>;
  readonly websocket?: Partial<WebSocketTransportOptions>;
  readonly sse?: Partial<SseTransportOptions>;
  /** Who comes in with `?as=<name>` and renews with the token `<name>`; without the query it is the open user. */
  readonly identities?: Readonly<Record<string, Identity>>;
}

export async function startTransports(options: TransportServerOptions = {}): Promise<TransportServer> {
  const hub = createHub({ log: memoryLog(), ...options.hub }) as Hub;
  const reports: unknown[] = [];
  const sockets: Duplex[] = [];
  const identityOf = (name: string | null | undefined): Identity => {
    if (name === null || name === undefined) return OPEN;
    const identity = options.identities?.[name];
    if (identity === undefined) throw new FanfareError("unauthenticated", "token: nobody knows it");
    return identity;
  };
  const websocket = createWebSocketTransport({
    hub,
    identify: async ({ token }) => identityOf(token),
    report: (error) => reports.push(error),
    ...options.websocket,
  });
  const sse = createSseTransport({ hub, ...options.sse });
  const server = createServer((request, response) => void answerStream(sse, identityOf, request, response));
  server.on("upgrade", (request, socket, head) => {
    sockets.push(socket);
    const { searchParams } = urlOf(request);
    const profile = searchParams.get("profile") ?? undefined;
    websocket.upgrade(request, socket, head, { identity: identityOf(searchParams.get("as")), profile });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    hub,
    port,
    websocket,
    sse,
    identityOf,
    sockets,
    reports,
    wsUrl: (query = {}) => `ws://127.0.0.1:${port}/?${new URLSearchParams(query).toString()}`,
    sseUrl: (params, query = {}) =>
      `http://127.0.0.1:${port}/?${new URLSearchParams({ ...query, params: JSON.stringify(params) }).toString()}`,
    async [Symbol.asyncDispose]() {
      await hub.close();
      websocket.close();
      sse.close();
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

async function answerStream(
  sse: SseTransport,
  identityOf: (name: string | null) => Identity,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { searchParams } = urlOf(request);
  const params = JSON.parse(searchParams.get("params") ?? "") as StreamParams;
  const last = request.headers["last-event-id"];
  const subscriptions =
    typeof last === "string" ? params.subscriptions.map((one) => ({ ...one, after: last })) : params.subscriptions;
  try {
    const identity = identityOf(searchParams.get("as"));
    const accepted = { identity, profile: searchParams.get("profile") ?? undefined, remote: undefined, headers: {} };
    await sse.open(response, request, accepted, { format: params.format, subscriptions });
  } catch (error) {
    const failure = isFanfareError(error) ? error : new FanfareError("internal", String(error));
    response.writeHead(failure.status, { "Content-Type": "application/problem+json" });
    response.end(JSON.stringify(failure.toProblem()));
  }
}

function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? "/", "http://127.0.0.1");
}
