import { SUBPROTOCOL } from "@fanfare/protocol";
import { WebSocket } from "ws";
import { FrameClient, type Closed, type ServerFrame } from "./frame-client.ts";

export interface WsClientOptions {
  /** Default `["fanfare.v1"]`. */
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Asks for compression; default false. */
  readonly deflate?: boolean;
  /** Milliseconds that anything is waited for; default 10 000. */
  readonly boundMs?: number;
}

/** Connects and waits for `hello`. Rejects with the HTTP status and body when the upgrade is refused. */
export async function connectWs(url: string | URL, options: WsClientOptions = {}): Promise<WsClient> {
  const { protocols = [SUBPROTOCOL], headers = {}, deflate = false, boundMs = 10_000 } = options;
  const socket = new WebSocket(url, [...protocols], { headers: { ...headers }, perMessageDeflate: deflate });
  const client = new WsClient(socket, boundMs);
  await client.notified("hello");
  return client;
}

/**
 * A WebSocket client for tests: keeps every frame, checks nothing and repairs nothing.
 *
 * @example
 * const client = await connectWs("ws://127.0.0.1:3001/api/v1/ws");
 * await client.request("subscribe", { subscription: "1", topics: ["orders.>"] });
 * await client.waitFor((frame) => "method" in frame && frame.method === "deliver");
 * await client.close();
 */
export class WsClient extends FrameClient {
  readonly socket: WebSocket;
  readonly closed: Promise<Closed>;

  constructor(socket: WebSocket, boundMs: number) {
    super(boundMs);
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        this.over(`closed with ${code} ${reason.toString()}`);
        resolve({ code, reason: reason.toString() });
      });
    });
    socket.on("message", (data) => this.came(JSON.parse((data as Buffer).toString()) as ServerFrame));
    socket.on("error", (error) => this.over(error.message));
    socket.on("unexpected-response", (_request, response) => {
      response.setEncoding("utf8");
      let body = "";
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        this.over(`refused with ${response.statusCode} ${body}`);
        socket.terminate();
      });
    });
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  close(): Promise<Closed> {
    this.socket.close(1000);
    return this.closed;
  }
}
