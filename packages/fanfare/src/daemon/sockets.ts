import type { Server } from "node:http";
import type { Socket } from "node:net";

/** The server's open sockets, those that became WebSockets among them, which the server itself forgets. */
export class Sockets {
  readonly #server: Server;
  readonly #open: Set<Socket> = new Set();
  #emptied: PromiseWithResolvers<void> | undefined;

  constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      this.#open.add(socket);
      socket.once("close", () => this.#forget(socket));
    });
    server.on("request", (_request, response) => {
      response.once("close", () => {
        // A finished answer leaves its socket open for the next request, which will not be taken.
        if (this.#emptied !== undefined) setImmediate(() => server.closeIdleConnections());
      });
    });
  }

  /** Resolves when the last one has closed. */
  ended(): Promise<void> {
    this.#emptied ??= Promise.withResolvers<void>();
    this.#server.closeIdleConnections();
    if (this.#open.size === 0) this.#emptied.resolve();
    return this.#emptied.promise;
  }

  /** Closes what is still open, whatever it has not been sent. */
  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket);
    if (this.#open.size === 0) this.#emptied?.resolve();
  }
}
