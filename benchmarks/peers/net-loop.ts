/**
 * The floor: frames built once an event and written to bare sockets, one write an event, without back-pressure, limits
 * or a log. With `joined` the frames of events that come together are one write.
 */
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

const joined = process.argv[2] === "joined";

announce(server, (events) => {
  const frames = events.map((event) => serverFrame(event));
  for (const frame of joined ? [Buffer.concat(frames)] : frames) for (const socket of sockets) socket.write(frame);
});
