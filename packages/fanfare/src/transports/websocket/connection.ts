import type { Duplex } from "node:stream";
import { CLOSE_CODES, type CloseCode, type ErrorFrame, type ResultFrame } from "@fanfare/protocol";
import { WebSocket } from "ws";
import type { Hub } from "../../core/hub.ts";
import type { Connection, Wire } from "../../core/ports/connection.ts";
import type { Session } from "../../core/session.ts";
import { closeReason } from "./close-reason.ts";
import { DeflatingWriter, PlainWriter, type FrameWriter } from "./frame-writer.ts";
import { ANSWER_BACKLOG, RequestLane, type LaneHost } from "./request-lane.ts";
import { execute, type Identify } from "./requests.ts";
import { parseMessage, type Incoming, type Request } from "./rpc.ts";
import { textFrame } from "./text-frame.ts";
import { notification } from "./notification.ts";
import { websocketWire } from "./wire.ts";

/** What all connections of a transport share. */
export interface Shared {
  readonly hub: Hub;
  readonly identify: Identify;
  readonly pendingRequests: number;
  /** Told of failures that are not the client's. */
  readonly report: (error: unknown) => void;
  /** The connection is gone. */
  readonly forget: (connection: WebSocketConnection) => void;
}

const PING = Buffer.from([0x89, 0x00]);

/** A socket of `ws` that knows its connection, so that all sockets share their listeners. */
export class ClientSocket extends WebSocket {
  connection: WebSocketConnection | undefined = undefined;
}

/** One WebSocket client: `ws` reads and does the handshakes, the shared frames go to the socket itself. */
export class WebSocketConnection implements Connection<Buffer>, LaneHost<Buffer> {
  readonly wire: Wire<Buffer> = websocketWire;
  readonly #shared: Shared;
  readonly #lane: RequestLane<Buffer> = new RequestLane(this);
  #session: Session | undefined;
  #ws: ClientSocket | undefined;
  #socket: Duplex | undefined;
  #writer: FrameWriter | undefined;
  /** The hub was told to wait. */
  #stalled = false;
  #reading = true;
  /** Pings since the last sign of life. */
  #unanswered = 0;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** Begins to speak: `hello` is the first frame. */
  open(ws: ClientSocket, socket: Duplex, session: Session): void {
    this.#session = session;
    this.#ws = ws;
    this.#socket = socket;
    const drained = this.#drained.bind(this);
    this.#writer = ws.extensions === "" ? new PlainWriter(socket, drained) : new DeflatingWriter(ws, drained);
    ws.connection = this;
    ws.on("message", onMessage).on("ping", onAlive).on("pong", onAlive).on("close", onClose).on("error", onError);
    this.#writer.write([textFrame(notification("hello", JSON.stringify(session.hello())))]);
  }

  write(frames: readonly Buffer[]): boolean {
    const ready = this.#ws?.readyState === WebSocket.OPEN && this.#writer?.write(frames) === true;
    this.#stalled = !ready;
    return ready;
  }

  close(code: CloseCode, message: string): void {
    this.#ws?.close(code, closeReason(message));
  }

  /** Ends a client that no longer answers. */
  terminate(): void {
    this.#ws?.terminate();
  }

  /**
   * Asks for a sign of life, or gives the client up after so many that were not answered. Counted, not timed: when this
   * process itself stood still, its clients have had no chance to be heard.
   */
  check(mostUnanswered: number): void {
    // Whoever does not take what was written cannot answer either: the hub's own timeout for stalled ones decides.
    // And whoever is not read from because of our own slowness cannot be blamed.
    if (this.#stalled || (!this.#reading && this.roomForAnswers)) return;
    if (this.#unanswered >= mostUnanswered) this.terminate();
    else if (this.#ws?.readyState === WebSocket.OPEN) {
      this.#unanswered += 1;
      if (this.#socket?.writableNeedDrain === false) this.#socket.write(PING);
    }
  }

  get pendingRequests(): number {
    return this.#shared.pendingRequests;
  }

  get roomForAnswers(): boolean {
    return this.#writer !== undefined && this.#writer.backlog < ANSWER_BACKLOG;
  }

  parse(message: Buffer): Incoming {
    return parseMessage(message.toString(), this.#shared.hub.limits);
  }

  refuse(incoming: Exclude<Incoming, Request>): void {
    if (incoming.kind === "refused") this.#answer(incoming.answer);
  }

  async run(request: Request): Promise<void> {
    if (this.#session === undefined) return;
    const { answer, afterwards } = await execute(this.#session, request, this.#shared.identify, this.#shared.report);
    if (this.#ws?.readyState !== WebSocket.OPEN) return;
    if (answer !== undefined) this.#answer(answer);
    afterwards?.();
  }

  reading(on: boolean): void {
    if (on === this.#reading) return;
    this.#reading = on;
    if (on) {
      this.alive();
      this.#ws?.resume();
    } else this.#ws?.pause();
  }

  alive(): void {
    this.#unanswered = 0;
  }

  receive(data: Buffer, isBinary: boolean): void {
    this.alive();
    if (this.#ws?.readyState !== WebSocket.OPEN) return;
    if (isBinary) this.close(CLOSE_CODES.protocol, "binary messages are not part of fanfare.v1, send text");
    else this.#lane.push(data);
  }

  gone(): void {
    this.#lane.close();
    this.#shared.forget(this);
    this.#session?.closed();
  }

  #answer(frame: ResultFrame | ErrorFrame): void {
    this.#writer?.write([textFrame(JSON.stringify(frame))]);
  }

  #drained(): void {
    this.alive();
    if (this.#stalled && this.#ws?.readyState === WebSocket.OPEN) {
      this.#stalled = false;
      this.#session?.ready();
    }
    this.#lane.wake();
  }
}

function onMessage(this: WebSocket, data: WebSocket.RawData, isBinary: boolean): void {
  // `ws` gives one Buffer unless it was asked for another type.
  (this as ClientSocket).connection?.receive(data as Buffer, isBinary);
}

function onAlive(this: WebSocket): void {
  (this as ClientSocket).connection?.alive();
}

function onClose(this: WebSocket): void {
  (this as ClientSocket).connection?.gone();
}

/** `ws` has closed with the fitting code already (1002, 1007, 1009) and `close` follows. */
function onError(): void {}
