import {
  SUBPROTOCOL,
  type Delivery,
  type ErrorFrame,
  type Method,
  type NotificationFrame,
  type Notifications,
  type Requests,
  type Responses,
  type ResultFrame,
} from "@fanfare/protocol";
import { WebSocket } from "ws";
import { Waiters } from "./waiters.ts";

export type ServerFrame = ErrorFrame | NotificationFrame | ResultFrame;

export interface WsClientOptions {
  /** Default `["fanfare.v1"]`. */
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Asks for compression; default false. */
  readonly deflate?: boolean;
  /** Milliseconds that anything is waited for; default 10 000. */
  readonly boundMs?: number;
}

/** A request's error as the server told it. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly error: ErrorFrame["error"];

  constructor(error: ErrorFrame["error"]) {
    super(error.message);
    this.error = error;
  }
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
export class WsClient {
  readonly socket: WebSocket;
  /** The close code and reason. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #frames = new Waiters<ServerFrame>();
  readonly #boundMs: number;
  #lastId = 0;

  constructor(socket: WebSocket, boundMs: number) {
    this.socket = socket;
    this.#boundMs = boundMs;
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        this.#frames.end(`closed with ${code} ${reason.toString()}`);
        resolve({ code, reason: reason.toString() });
      });
    });
    socket.on("message", (data) => this.#frames.push(JSON.parse((data as Buffer).toString()) as ServerFrame));
    socket.on("error", (error) => this.#frames.end(error.message));
    socket.on("unexpected-response", (_request, response) => {
      response.setEncoding("utf8");
      let body = "";
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        this.#frames.end(`refused with ${response.statusCode} ${body}`);
        socket.terminate();
      });
    });
  }

  /** Everything that came, in order. */
  get frames(): readonly ServerFrame[] {
    return this.#frames.items;
  }

  /** Deliveries that came to a subscription, in order. */
  deliveries(subscription: string): readonly Delivery[] {
    return this.frames.flatMap((frame) =>
      "method" in frame && frame.method === "deliver" && frame.params.subscription === subscription
        ? [frame.params]
        : [],
    );
  }

  /** The first frame that fits, of those that came and those to come. */
  waitFor(fits: (frame: ServerFrame) => boolean): Promise<ServerFrame> {
    return this.#frames.find(fits, this.#boundMs);
  }

  /** What `look` answers as soon as it answers something; it is asked again with every frame. */
  until<Found>(look: () => Found | undefined): Promise<Found> {
    return this.#frames.until(look, this.#boundMs);
  }

  /** Params of the first notification of that method. */
  async notified<Name extends keyof Notifications>(method: Name): Promise<Notifications[Name]> {
    const frame = await this.waitFor((one) => "method" in one && one.method === method);
    return (frame as Extract<NotificationFrame, { readonly method: Name }>).params as Notifications[Name];
  }

  /** Sends a request and waits for its answer; rejects with {@link RpcError}. */
  async request<M extends Method>(method: M, params: Requests[M]): Promise<Responses[M]> {
    const id = `r${(this.#lastId += 1)}`;
    this.send({ jsonrpc: "2.0", id, method, params });
    const answer = await this.waitFor((frame) => "id" in frame && frame.id === id);
    if ("error" in answer) throw new RpcError(answer.error);
    return (answer as ResultFrame).result as Responses[M];
  }

  /** Text and bytes go out as they are, anything else as JSON. */
  send(message: unknown): void {
    this.socket.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  close(): Promise<{ readonly code: number; readonly reason: string }> {
    this.socket.close(1000);
    return this.closed;
  }
}
