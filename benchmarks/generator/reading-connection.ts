import { connect, type Socket } from "node:net";
import { clientFrame, FrameReader, type Opcode } from "./frames.ts";
import { openingRequest, type Dialect } from "./dialects.ts";
import { duesIn, MARK_BYTE } from "./payload.ts";

/** All sockets read into the same memory: what came is counted before the next read begins. */
const capacity = 1 << 18;
/** One byte longer: a mark behind what came ends every search there, not somewhere in an earlier read. */
const shared = Buffer.alloc(capacity + 1);

export interface ReadingOptions {
  readonly dialect: Dialect;
  readonly port: number;
  /** Told the due times of this connection's events; without it they are only counted. */
  readonly onDues?: (dues: readonly number[]) => void;
}

/** One subscriber that counts events and bytes as cheaply as Node can. */
export class ReadingConnection {
  events = 0;
  bytes = 0;
  closed = false;
  /** Settles when events flow, or when the server refuses. */
  readonly subscribed: Promise<void>;
  readonly #options: ReadingOptions;
  readonly #socket: Socket;
  readonly #frames: FrameReader;
  #state: "head" | "greeting" | "reading" = "head";
  #text = "";
  #resolve!: () => void;
  #reject!: (error: Error) => void;

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.#frames = new FrameReader((...piece) => this.#onPiece(...piece));
    this.subscribed = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const onread = { buffer: shared.subarray(0, capacity), callback: (length: number) => this.#onRead(length) };
    this.#socket = connect({ port: options.port, host: "127.0.0.1", noDelay: true, onread });
    this.#socket.write(openingRequest(options.dialect, options.port));
    this.#socket.on("error", (error) => this.#end(error));
    this.#socket.on("close", () => this.#end(new Error("closed by the server")));
  }

  destroy(): void {
    this.#socket.removeAllListeners("close");
    this.#socket.destroy();
  }

  #end(error: Error): void {
    this.closed = true;
    this.#reject(error);
  }

  #onRead(length: number): boolean {
    this.bytes += length;
    shared[length] = MARK_BYTE;
    if (this.#state === "head") this.#onHead(length);
    else this.#onBytes(0, length);
    return true;
  }

  #onHead(length: number): void {
    const before = this.#text.length;
    this.#text += shared.toString("latin1", 0, length);
    const end = this.#text.indexOf("\r\n\r\n");
    if (end === -1) return;
    const head = this.#text;
    this.#text = "";
    if (!/^HTTP\/1\.1 (101|200) /.test(head)) return this.#end(new Error(`refused: ${head.slice(0, 200)}`));
    const { hello, greet } = this.#options.dialect;
    if (hello !== undefined) this.#socket.write(clientFrame(hello));
    if (greet === undefined) this.#begin();
    else this.#state = "greeting";
    this.#onBytes(end + 4 - before, length);
  }

  #begin(): void {
    this.#state = "reading";
    this.#resolve();
  }

  #onBytes(start: number, end: number): void {
    if (this.#options.dialect.framing === "websocket") this.#frames.push(shared, start, end);
    else this.#count(shared, start, end);
  }

  #onPiece(opcode: Opcode, bytes: Buffer, start: number, end: number, last: boolean): void {
    if (opcode === "ping") this.#socket.write(clientFrame(bytes.toString("latin1", start, end), "pong"));
    if (opcode !== "text") return;
    if (this.#state === "reading") {
      // Engine.IO's own ping is a text frame of one byte.
      if (end - start === 1 && bytes[start] === 0x32) this.#socket.write(clientFrame("3"));
      this.#count(bytes, start, end);
      return;
    }
    this.#text += bytes.toString("latin1", start, end);
    if (!last) return;
    const { send, subscribed } = this.#options.dialect.greet?.(this.#text) ?? {};
    this.#text = "";
    if (send !== undefined) this.#socket.write(clientFrame(send));
    if (subscribed) this.#begin();
  }

  #count(bytes: Buffer, start: number, end: number): void {
    let at = bytes.indexOf(MARK_BYTE, start);
    while (at < end) {
      this.events += 1;
      at = bytes.indexOf(MARK_BYTE, at + 1);
    }
    this.#options.onDues?.(duesIn(bytes.toString("latin1", start, end)));
  }
}
