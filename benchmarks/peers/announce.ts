import { createServer, type AddressInfo, type Server } from "node:net";

/** Opens the socket on which a publisher tells a peer what to send, a line an event, and says where both listen. */
export function announce(server: Server, publish: (events: readonly string[]) => void): void {
  const control = createServer((socket) => {
    let rest = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      if (lines.length > 0) publish(lines);
    });
    socket.on("error", () => socket.destroy());
  });
  server.listen(0, "127.0.0.1", 4096, () =>
    control.listen(0, "127.0.0.1", () => console.log(`listening ${portOf(server)} ${portOf(control)}`)),
  );
  // The harness has no use for a peer that takes its leave.
  process.on("SIGTERM", () => process.exit(0));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
