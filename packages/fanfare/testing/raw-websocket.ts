import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { Waiters } from "../src/testing/waiters.ts";

/** One frame as it came from the server. */
export interface RawFrame {
  readonly final: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface RawWebSocketOptions {
  /** Default {@link UPGRADE}. */
  readonly headers?: readonly string[];
  readonly path?: string;
  /** Sent in the same packet as the upgrade. */
  readonly behind?: Buffer;
}

const BOUND_MS = 10_000;

/** A WebSocket client that may do anything wrong: it writes bytes, and never answers by itself. */
export class RawWebSocket {
  readonly socket: Socket;
  /** The head of the server's HTTP answer, and the body of a refusal. */
  readonly head: Promise<string>;
  /** Text messages so far, as JSON. */
  readonly messages: { readonly [member: string]: unknown }[] = [];
  readonly #frames = new Waiters<RawFrame>();
  #bytes: Buffer = Buffer.alloc(0);
  #open = false;

  constructor(port: number, options: RawWebSocketOptions = {}) {
    const { headers = UPGRADE, path = "/", behind = Buffer.alloc(0) } = options;
    this.socket = connect(port, "127.0.0.1");
    this.head = new Promise((resolve) => {
      this.socket.on("data", (bytes: Buffer) => {
        this.#bytes = Buffer.concat([this.#bytes, bytes]);
        if (!this.#open && this.#readHead(resolve)) this.#open = true;
        if (this.#open) this.#readFrames();
      });
      this.socket.on("close", () => {
        resolve(this.#bytes.toString());
        this.#frames.end("the socket is closed");
      });
    });
    this.socket.on("error", () => undefined);
    const head = [`GET ${path} HTTP/1.1`, "Host: 127.0.0.1", ...headers, "", ""].join("\r\n");
    this.socket.write(Buffer.concat([Buffer.from(head), behind]));
  }

  get frames(): readonly RawFrame[] {
    return this.#frames.items;
  }

  /** Code of the server's close frame. */
  async closeCode(): Promise<number> {
    const frame = await this.waitFor(({ opcode }) => opcode === OPCODES.close);
    return frame.payload.readUInt16BE(0);
  }

  waitFor(fits: (frame: RawFrame) => boolean): Promise<RawFrame> {
    return this.#frames.find(fits, BOUND_MS);
  }

  until<Found>(look: () => Found | undefined): Promise<Found> {
    return this.#frames.until(look, BOUND_MS);
  }

  write(bytes: Buffer): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  text(message: unknown): void {
    this.write(clientFrame(OPCODES.text, typeof message === "string" ? message : JSON.stringify(message)));
  }

  destroy(): void {
    this.socket.destroy();
  }

  #readHead(resolve: (head: string) => void): boolean {
    const end = this.#bytes.indexOf("\r\n\r\n");
    if (end === -1 || !this.#bytes.toString("latin1").startsWith("HTTP/1.1 101")) return false;
    resolve(this.#bytes.toString("latin1", 0, end));
    this.#bytes = this.#bytes.subarray(end + 4);
    return true;
  }

  #readFrames(): void {
    for (;;) {
      const frame = readFrame(this.#bytes);
      if (frame === undefined) return;
      this.#bytes = this.#bytes.subarray(frame.bytes);
      if (frame.opcode === OPCODES.text)
        this.messages.push(JSON.parse(frame.payload.toString()) as { readonly [member: string]: unknown });
      this.#frames.push(frame);
    }
  }
}

/** A masked frame as a client sends it. */
export function clientFrame(
  opcode: number,
  payload: string | Buffer,
  options: { readonly final?: boolean } = {},
): Buffer {
  const bytes = Buffer.from(payload as string);
  const mask = randomBytes(4);
  const header = Buffer.alloc(bytes.length < 126 ? 2 : bytes.length < 65_536 ? 4 : 10);
  header[0] = (options.final === false ? 0 : 0x80) | opcode;
  header[1] = 0x80 | (header.length === 2 ? bytes.length : header.length === 4 ? 126 : 127);
  if (header.length === 4) header.writeUInt16BE(bytes.length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(bytes.length), 2);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = (bytes[index] ?? 0) ^ (mask[index % 4] ?? 0);
  return Buffer.concat([header, mask, bytes]);
}

/** The headers of a correct upgrade. */
export const UPGRADE: readonly string[] = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

function readFrame(bytes: Buffer): (RawFrame & { readonly bytes: number }) | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const start = second === 127 ? 10 : second === 126 ? 4 : 2;
  if (bytes.length < start) return undefined;
  const length = start === 10 ? Number(bytes.readBigUInt64BE(2)) : start === 4 ? bytes.readUInt16BE(2) : second;
  if (bytes.length < start + length) return undefined;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  return { final: (first & 0x80) !== 0, opcode: first & 0x0f, payload, bytes: start + length };
}
