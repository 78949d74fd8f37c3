import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { toRefusal } from "../../contract/problem.ts";

/** Answers an upgrade that is not taken with problem JSON, and ends the socket. */
export function refuseUpgrade(socket: Duplex, cause: unknown): void {
  const { status, headers, body } = toRefusal(cause);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: no-store",
    "Connection: close",
    // Tells a client that failed by its version which one would do; others ignore it.
    "Sec-WebSocket-Version: 13",
  ];
  // Nobody else listens any more, and a client that went away meanwhile must not end the process.
  socket.on("error", () => socket.destroy());
  socket.once("finish", () => socket.destroy());
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
