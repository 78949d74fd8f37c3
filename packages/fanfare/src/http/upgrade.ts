import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { FanfareError } from "@fanfare/protocol";
import { isServerFault } from "../contract/problem.ts";
import { connectionQuery } from "../contract/connection-query.ts";
import type { Hub } from "../core/hub.ts";
import type { Identity } from "../core/identity.ts";
import type { Gate } from "../core/ports/gate.ts";
import { upgradeApproach } from "./approach.ts";

/** Where WebSockets are. */
export const WEBSOCKET_PATH = "/api/v1/ws";

/** A client that may have its WebSocket. */
export interface AcceptedUpgrade {
  readonly identity: Identity;
  readonly profile: string | undefined;
  /** The peer's address, for operators. */
  readonly remote: string | undefined;
}

/** What judges an upgrade. */
export interface Doorkeeper {
  readonly gate: Gate;
  readonly hub: Pick<Hub, "admit">;
}

/**
 * Decides about an upgrade before it happens: host, origin, credential, room. The hub's `connect` then decides about the
 * profile and the identity's share of connections. Throws `FanfareError`.
 */
export async function acceptUpgrade(request: IncomingMessage, { gate, hub }: Doorkeeper): Promise<AcceptedUpgrade> {
  gate.check(upgradeApproach(request));
  const [path, search = ""] = splitOnce(request.url ?? "/");
  if (path !== WEBSOCKET_PATH) throw new FanfareError("not_found", "path: there is no WebSocket here");
  const { profile, access_token: token } = connectionQuery.read(new URLSearchParams(search));
  // A server that is full does not spend its time on credentials first.
  hub.admit();
  const identity = await gate.identify(upgradeApproach(request, token));
  return { identity, profile, remote: request.socket.remoteAddress };
}

export interface UpgradeOptions extends Doorkeeper {
  /** Makes the socket a WebSocket, or refuses it itself; the client may be gone already. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer, accepted: AcceptedUpgrade): void;
  /** Answers with a problem and ends the socket. */
  refuse(socket: Duplex, error: unknown): void;
  /** Told of failures that the client is not told all about. */
  readonly report?: ((error: unknown) => void) | undefined;
}

/**
 * A listener for the server's `upgrade` event.
 *
 * @example
 * server.on("upgrade", upgradeListener({ gate, hub, take: websocket.upgrade, refuse: refuseUpgrade }));
 */
export function upgradeListener(
  options: UpgradeOptions,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, socket, head) => {
    // Node has let go of the socket: a client that leaves while it is judged must not end the process.
    const leave = (): void => void socket.destroy();
    socket.on("error", leave);
    acceptUpgrade(request, options).then(
      (accepted) => {
        socket.off("error", leave);
        options.take(request, socket, head, accepted);
      },
      (error: unknown) => {
        if (isServerFault(error)) options.report?.(error);
        options.refuse(socket, error);
      },
    );
  };
}

function splitOnce(url: string): readonly string[] {
  const at = url.indexOf("?");
  return at === -1 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}
