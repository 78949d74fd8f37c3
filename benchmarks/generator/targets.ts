import { connect } from "node:net";
import { clientFrame } from "./frames.ts";
import { requestBytes, RequestConnection } from "./request-connection.ts";

/** Where a publisher publishes. */
export type Target =
  /** A peer: one line of JSON an event over a bare socket, so that the peer pays next to nothing for being told. */
  | { readonly kind: "control"; readonly port: number }
  /** Fanfare's door for publishers: one POST, an array when several events are due at once. */
  | { readonly kind: "fanfare"; readonly port: number; readonly topic: string }
  | { readonly kind: "fanfareSignal"; readonly port: number; readonly topic: string }
  | { readonly kind: "durableStreams"; readonly port: number; readonly path: string };

/** Sends events' data; resolves when the server has acknowledged, at once where it has no such thing. */
export interface Sink {
  send(data: readonly string[]): Promise<void>;
}

export async function openSink(target: Target): Promise<Sink> {
  switch (target.kind) {
    case "control":
      return controlSink(target.port);
    case "fanfareSignal":
      return signalSink(target);
    case "fanfare":
    case "durableStreams":
      return new RequestSink(target);
  }
}

async function controlSink(port: number): Promise<Sink> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return {
    async send(data) {
      socket.write(`${data.join("\n")}\n`);
    },
  };
}

async function signalSink({ port, topic }: Extract<Target, { kind: "fanfareSignal" }>): Promise<Sink> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.write(
    `GET /api/v1/ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}\r\nSec-WebSocket-Protocol: fanfare.v1\r\n\r\n`,
  );
  await new Promise((resolve, reject) => socket.once("data", resolve).once("error", reject));
  socket.resume();
  let id = 0;
  return {
    async send(data) {
      for (const text of data) {
        const params = `{"topic":"${topic}","type":"bench.signal","data":${text}}`;
        socket.write(clientFrame(`{"jsonrpc":"2.0","id":${(id += 1)},"method":"signal","params":${params}}`));
      }
    },
  };
}

/** Servers close a kept connection that is idle for some seconds; one that was idle for so long is not trusted again. */
const trustedMs = 1_000;

/** Keeps as many connections as there are requests under way. */
class RequestSink implements Sink {
  readonly #target: Extract<Target, { kind: "fanfare" | "durableStreams" }>;
  /** The one that was used last comes last. */
  readonly #free: { readonly connection: RequestConnection; readonly since: number }[] = [];

  constructor(target: Extract<Target, { kind: "fanfare" | "durableStreams" }>) {
    this.#target = target;
  }

  async send(data: readonly string[]): Promise<void> {
    const connection = this.#take() ?? new RequestConnection(this.#target.port);
    const { status, body } = await connection.send(this.#request(data));
    if (status < 200 || status > 299) throw new Error(`publish was answered ${status}: ${body.slice(0, 300)}`);
    this.#free.push({ connection, since: performance.now() });
  }

  #take(): RequestConnection | undefined {
    const last = this.#free.pop();
    if (last === undefined) return undefined;
    if (!last.connection.closed && performance.now() - last.since < trustedMs) return last.connection;
    for (const { connection } of [...this.#free.splice(0), last]) connection.destroy();
    return undefined;
  }

  #request(data: readonly string[]): Buffer {
    const target = this.#target;
    if (target.kind === "durableStreams") {
      const body = data.length === 1 ? (data[0] ?? "") : `[${data.join(",")}]`;
      return requestBytes({
        method: "POST",
        port: target.port,
        path: target.path,
        contentType: "application/json",
        body,
      });
    }
    const events = data.map((text) => `{"type":"bench.event","data":${text}}`);
    const body = events.length === 1 ? (events[0] ?? "") : `[${events.join(",")}]`;
    const path = `/api/v1/topics/${target.topic}/events`;
    return requestBytes({ method: "POST", port: target.port, path, contentType: "application/json", body });
  }
}
