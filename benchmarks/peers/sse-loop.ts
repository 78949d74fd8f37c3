/** The floor of server-sent events: text built once an event and written to every response, one write an event. */
import { createServer, type ServerResponse } from "node:http";
import { announce } from "./announce.ts";

const responses = new Set<ServerResponse>();

const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.flushHeaders();
  responses.add(response);
  response.on("close", () => responses.delete(response));
});

announce(server, (events) => {
  for (const event of events) {
    const text = Buffer.from(`data: ${event}\n\n`);
    for (const response of responses) response.write(text);
  }
});
