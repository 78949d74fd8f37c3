const OPCODES = { text: 1, close: 8, ping: 9, pong: 10 } as const;

export type Opcode = keyof typeof OPCODES | "other";

/** Told each piece of a frame's payload; `last` ends the frame. */
export type PieceListener = (opcode: Opcode, bytes: Buffer, start: number, end: number, last: boolean) => void;

const names = new Map<number, Opcode>(Object.entries(OPCODES).map(([name, code]) => [code, name as Opcode]));

/** Finds the payloads in a server's WebSocket bytes without copying them. Servers do not mask. */
export class FrameReader {
  readonly #listener: PieceListener;
  readonly #header = Buffer.alloc(10);
  #have = 0;
  #remaining = 0;
  #opcode: Opcode = "other";

  constructor(listener: PieceListener) {
    this.#listener = listener;
  }

  push(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.#remaining === 0) {
        at = this.#readHeader(bytes, at, end);
        if (this.#remaining === 0) continue;
      }
      const stop = Math.min(end, at + this.#remaining);
      if (stop === at) return;
      this.#remaining -= stop - at;
      this.#listener(this.#opcode, bytes, at, stop, this.#remaining === 0);
      at = stop;
    }
  }

  /** Takes header bytes, which may come in several pieces; answers where it stopped. */
  #readHeader(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      this.#header[this.#have++] = bytes[at++] ?? 0;
      const short = (this.#header[1] ?? 0) & 0x7f;
      const size = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (this.#have < 2 || this.#have < size) continue;
      this.#have = 0;
      this.#opcode = names.get((this.#header[0] ?? 0) & 0x0f) ?? "other";
      this.#remaining = length(this.#header, short);
      if (this.#remaining === 0) this.#listener(this.#opcode, bytes, at, at, true);
      return at;
    }
    return at;
  }
}

function length(header: Buffer, short: number): number {
  if (short === 126) return header.readUInt16BE(2);
  if (short === 127) return Number(header.readBigUInt64BE(2));
  return short;
}

/** A client's frame; the mask is zero, which the protocol allows and which costs nothing. */
export function clientFrame(payload: string, opcode: keyof typeof OPCODES = "text"): Buffer {
  const body = Buffer.from(payload);
  const head = body.length < 126 ? Buffer.alloc(6) : Buffer.alloc(8);
  head[0] = 0x80 | OPCODES[opcode];
  head[1] = 0x80 | (body.length < 126 ? body.length : 126);
  if (body.length >= 126) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

/** A server's frame, as the bare loop sends it. */
export function serverFrame(payload: string): Buffer {
  const body = Buffer.from(payload);
  const head = body.length < 126 ? Buffer.alloc(2) : Buffer.alloc(4);
  head[0] = 0x80 | OPCODES.text;
  head[1] = body.length < 126 ? body.length : 126;
  if (body.length >= 126) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}
