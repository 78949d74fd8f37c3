/** The floor: frames built once an event and written to bare sockets, without back-pressure, limits or a log. */
import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { serverFrame } from "../generator/frames.ts";
import { announce } from "./announce.ts";

const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const sockets = new Set<Socket>();

const server = createServer({ noDelay: true }, (socket) => {
  socket.once("data", (head) => {
    const key = /Sec-WebSocket-Key: (\S+)/i.exec(head.toString("latin1"))?.[1] ?? "";
    const accept = createHash("sha1")
      .update(key + magic)
      .digest("base64");
    const answer = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.write([...answer, `Sec-WebSocket-Accept: ${accept}`, "\r\n"].join("\r\n"));
    sockets.add(socket);
    socket.resume();
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => sockets.delete(socket));
});

announce(server, (events) => {
  const frames = Buffer.concat(events.map((event) => serverFrame(event)));
  for (const socket of sockets) socket.write(frames);
});
