import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { FanfareError, SUBPROTOCOL } from "@fanfare/protocol";
import { WebSocketServer } from "ws";
import type { PerMessageDeflateOptions } from "ws";
import type { Hub } from "../../core/hub.ts";
import type { Identity } from "../../core/identity.ts";
import { ClientSocket, WebSocketConnection, type Shared } from "./connection.ts";
import { refuseUpgrade } from "./refusal.ts";
import { PENDING_REQUESTS } from "./request-lane.ts";
import type { Identify } from "./requests.ts";
import { Rounds } from "./rounds.ts";

export interface WebSocketTransportOptions {
  readonly hub: Hub;
  /** Turns the token of a `renew` into an identity; throws `FanfareError` for one that is no good. */
  readonly identify: Identify;
  /** Milliseconds between pings; default 15 000. */
  readonly pingMs?: number | undefined;
  /** Milliseconds without a sign of life after which a client is taken for dead, in whole pings; default three. */
  readonly idleMs?: number | undefined;
  /** Milliseconds that a client has to answer a close; default 10 000. */
  readonly closeTimeoutMs?: number | undefined;
  /** Requests of one connection under way at once; further ones are not read until one is answered. Default 64. */
  readonly pendingRequests?: number | undefined;
  /** Compression for clients that ask for it; default off, since each client then costs its own compression. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;
  /** Told of failures that are not a client's; default nobody. */
  readonly report?: ((error: unknown) => void) | undefined;
}

/** A client that was let in. */
export interface AcceptedUpgrade {
  readonly identity: Identity;
  /** Name of the wanted profile. */
  readonly profile?: string | undefined;
  /** The peer's address, for operators. */
  readonly remote?: string | undefined;
}

export interface WebSocketTransport {
  /** Open connections. */
  readonly size: number;
  /**
   * Takes over the socket of an upgrade request: makes it a connection of the hub or answers problem JSON.
   * Never throws.
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, accepted: AcceptedUpgrade): void;
  /** Ends what is still open at once; a stop that is polite drains the hub first. */
  close(): void;
}

/** Fragments of one message; more are refused with 1008. */
const MAX_FRAGMENTS = 4096;

/**
 * WebSocket for a hub: JSON-RPC 2.0 in text messages, as docs/protocol.md has it.
 *
 * @example
 * const websocket = createWebSocketTransport({ hub, identify: async () => OPEN });
 * server.on("upgrade", (request, socket, head) => websocket.upgrade(request, socket, head, { identity: OPEN }));
 */
export function createWebSocketTransport(options: WebSocketTransportOptions): WebSocketTransport {
  const { hub, identify, pingMs = 15_000, report = () => {} } = options;
  const { idleMs = 3 * pingMs, pendingRequests = PENDING_REQUESTS } = options;
  const mostUnanswered = Math.max(1, Math.ceil(idleMs / pingMs));
  const server = webSocketServer(options);
  const rounds = new Rounds<WebSocketConnection>(pingMs, (connection) => connection.check(mostUnanswered));
  const shared: Shared = { hub, identify, pendingRequests, report, forget: (connection) => rounds.delete(connection) };

  return {
    get size() {
      return rounds.size;
    },
    upgrade(request, socket, head, { identity, profile, remote }) {
      const connection = new WebSocketConnection(shared);
      let taken = false;
      try {
        requireSubprotocol(request);
        const session = hub.connect(connection, { identity, profile, remote, transport: "websocket" });
        server.handleUpgrade(request, socket, head, (ws) => {
          taken = true;
          rounds.add(connection);
          connection.open(ws as ClientSocket, socket, session);
        });
        // What `ws` refused, it has answered.
        if (!taken) session.closed();
      } catch (error) {
        refuseUpgrade(socket, error);
      }
    },
    close() {
      rounds.stop();
      for (const connection of [...rounds]) connection.terminate();
      server.close();
    },
  };
}

function webSocketServer(options: WebSocketTransportOptions): WebSocketServer {
  const { hub, closeTimeoutMs = 10_000, perMessageDeflate = false } = options;
  const settings = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate,
    maxPayload: hub.limits.frameBytes,
    maxFragments: MAX_FRAGMENTS,
    closeTimeout: closeTimeoutMs,
    handleProtocols: () => SUBPROTOCOL,
    WebSocket: ClientSocket,
  };
  const server = new WebSocketServer(settings);
  server.on("wsClientError", (error, socket) => {
    refuseUpgrade(socket, new FanfareError("invalid_request", `upgrade: ${error.message}`));
  });
  return server;
}

/** A client that offers protocols would not understand another one; without an offer it is taken for a plain client. */
function requireSubprotocol(request: IncomingMessage): void {
  const offered = request.headers["sec-websocket-protocol"];
  if (offered === undefined || offered.split(",").some((name) => name.trim() === SUBPROTOCOL)) return;
  throw new FanfareError("invalid_request", `Sec-WebSocket-Protocol: offer ${SUBPROTOCOL} or nothing`);
}
