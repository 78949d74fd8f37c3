import { SUBPROTOCOL } from "@fanfare/protocol";
import type { Door, ServerFrame, Transport } from "../core/link.ts";

/**
 * Links over WebSocket. In a browser the token travels in the query, since headers cannot be set there; elsewhere in the
 * `Authorization` header.
 */
export function webSocket(): Transport {
  return {
    name: "websocket",
    open(door, listener) {
      const socket = connect(door);
      socket.onclose = ({ code, reason }) => listener.closed({ code, reason });
      // A server that speaks no JSON is no hub: it says no hello, and is given up.
      socket.onmessage = ({ data }: MessageEvent<string>) => listener.received(JSON.parse(data) as ServerFrame);
      return {
        send(frame) {
          if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
        },
        close() {
          socket.onmessage = socket.onclose = null;
          socket.close(1000);
        },
      };
    },
  };
}

function connect({ url, profile, token }: Door): WebSocket {
  const address = new URL("api/v1/ws", url.replace("http", "ws"));
  if (profile !== undefined) address.searchParams.set("profile", profile);
  // A page and its workers have an address of their own.
  const inPage = globalThis.location !== undefined;
  if (token !== undefined && inPage) address.searchParams.set("access_token", token);
  if (token === undefined || inPage) return new WebSocket(address, SUBPROTOCOL);
  const options = { protocols: [SUBPROTOCOL], headers: { authorization: `Bearer ${token}` } };
  // Node's and Bun's take more than the standard's second parameter; the types of a page do not know.
  return new WebSocket(address, options as unknown as string[]);
}
