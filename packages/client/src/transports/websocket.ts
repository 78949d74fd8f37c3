import { SUBPROTOCOL, type RequestFrame } from "@fanfare/protocol";
import type { Door, Link, LinkListener, ServerFrame, Transport } from "../core/link.ts";

/** The part of `WebSocket` that a link needs. */
type Socket = Pick<WebSocket, "send" | "close" | "readyState" | "onmessage" | "onclose">;

const OPEN = 1;

/**
 * Links over WebSocket. In a browser the token travels in the query, since headers cannot be set there; elsewhere in the
 * `Authorization` header.
 */
export function webSocket(): Transport {
  return { name: "websocket", open: openWebSocket };
}

function openWebSocket(door: Door, listener: LinkListener): Link {
  const socket = connect(door);
  let over = false;
  const end = (code: number, reason: string): void => {
    if (over) return;
    over = true;
    listener.closed({ code, reason });
  };
  socket.onmessage = ({ data }) => {
    if (over) return;
    const frame = parse(data);
    if (frame !== undefined) return listener.received(frame);
    end(1007, "the server sent what is no frame of the protocol");
    socket.close();
  };
  socket.onclose = ({ code, reason }) => end(code, reason);
  return {
    send(frame: RequestFrame) {
      if (socket.readyState === OPEN) socket.send(JSON.stringify(frame));
    },
    close() {
      over = true;
      socket.close(1000);
    },
  };
}

function connect({ url, profile, token }: Door): Socket {
  const address = new URL("api/v1/ws", url);
  address.protocol = address.protocol.replace("http", "ws");
  if (profile !== undefined) address.searchParams.set("profile", profile);
  if (token === undefined) return new WebSocket(address, SUBPROTOCOL);
  if (!inPage()) {
    const options = { protocols: [SUBPROTOCOL], headers: { authorization: `Bearer ${token}` } };
    // Node's and Bun's take more than the standard's second parameter; the types of a page do not know.
    return new WebSocket(address, options as unknown as string[]);
  }
  address.searchParams.set("access_token", token);
  return new WebSocket(address, SUBPROTOCOL);
}

/** A page or one of its workers. */
export function inPage(): boolean {
  return "document" in globalThis || "WorkerGlobalScope" in globalThis;
}

function parse(data: unknown): ServerFrame | undefined {
  try {
    const frame: unknown = typeof data === "string" ? JSON.parse(data) : undefined;
    return typeof frame === "object" && frame !== null ? (frame as ServerFrame) : undefined;
  } catch {
    return undefined;
  }
}
