import { createServer, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { FanfareError } from "@fanfare/protocol";
import { toRefusal } from "../contract/problem.ts";
import type { Api } from "./api.ts";

/** Room for an address with several subscriptions in its query. */
const MAX_HEADER_BYTES = 64 * 1024;

/** A Node server for the API, not yet listening. What never becomes a request is answered with a problem too. */
export function createHttpServer(api: Pick<Api, "fetch">): Server {
  const listener = getRequestListener(
    (request, bindings) => api.fetch(request, bindings as Parameters<Api["fetch"]>[1]),
    {
      // The embedding process keeps its own Request and Response.
      overrideGlobalObjects: false,
      errorHandler: () =>
        toResponse(new FanfareError("invalid_request", "request: its address or Host header is not valid")),
    },
  );
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, requireHostHeader: false },
    (request, response) => void listener(request, response),
  );
  server.on("clientError", refuseRaw);
  return server;
}

function toResponse(error: FanfareError): Response {
  const { status, headers, body } = toRefusal(error);
  return new Response(body, { status, headers });
}

/** Node's parser gave up: there is no request to answer, only a socket. */
function refuseRaw(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const { status, headers, body } = toRefusal(new FanfareError("invalid_request", "request: is not HTTP"));
  const head = [
    `HTTP/1.1 ${status} Bad Request`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
