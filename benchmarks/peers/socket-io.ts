/** Socket.IO as its documentation has it: one `emit` an event; it encodes a broadcast once. */
import { createServer } from "node:http";
import { Server } from "socket.io";
import { announce } from "./announce.ts";

const server = createServer();
const io = new Server(server, { transports: ["websocket"] });

announce(server, (events) => {
  for (const event of events) io.emit("event", JSON.parse(event));
});
