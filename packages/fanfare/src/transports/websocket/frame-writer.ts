import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { framePayload } from "./text-frame.ts";

/** The writing side of one client, for whole frames of `textFrame`. */
export interface FrameWriter {
  /** Takes all frames in order; false when the client should get nothing more until it has drained. */
  write(frames: readonly Buffer[]): boolean;
  /** Bytes that the client has not taken yet. */
  readonly backlog: number;
}

/** Writes the shared buffers as they are: nothing is copied or made for the connection. */
export class PlainWriter implements FrameWriter {
  readonly #socket: Duplex;

  constructor(socket: Duplex, drained: () => void) {
    this.#socket = socket;
    socket.on("drain", drained);
  }

  get backlog(): number {
    return this.#socket.writableLength;
  }

  write(frames: readonly Buffer[]): boolean {
    const socket = this.#socket;
    if (frames.length === 1) socket.write(frames[0]);
    else {
      socket.cork();
      for (const frame of frames) socket.write(frame);
      socket.uncork();
    }
    return !socket.writableNeedDrain;
  }
}

/** A client with more than this waiting for compression and the network is not ready. */
const READY_BELOW = 64 * 1024;
const TEXT = { binary: false } as const;

/** For a client that negotiated compression, which has a state of its own: every frame is compressed again for each. */
export class DeflatingWriter implements FrameWriter {
  readonly #ws: WebSocket;
  readonly #drained: () => void;
  readonly #sent: () => void;
  #full = false;

  constructor(ws: WebSocket, drained: () => void) {
    this.#ws = ws;
    this.#drained = drained;
    this.#sent = () => this.#settle();
  }

  get backlog(): number {
    return this.#ws.bufferedAmount;
  }

  write(frames: readonly Buffer[]): boolean {
    for (const frame of frames) this.#ws.send(framePayload(frame), TEXT, this.#sent);
    this.#full = this.backlog >= READY_BELOW;
    return !this.#full;
  }

  #settle(): void {
    if (!this.#full || this.backlog >= READY_BELOW) return;
    this.#full = false;
    this.#drained();
  }
}
