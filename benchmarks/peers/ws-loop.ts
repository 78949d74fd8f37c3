/** What most people would write: `ws`, and each event sent to each client. */
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { announce } from "./announce.ts";

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket) => socket.on("error", () => socket.terminate()));

announce(server, (events) => {
  for (const event of events) for (const client of sockets.clients) client.send(event);
});
