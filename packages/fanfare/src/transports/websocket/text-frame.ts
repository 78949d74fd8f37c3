/** First byte of a whole, uncompressed text message. */
const FINAL_TEXT = 0x81;
const BYTES_16 = 126;
const BYTES_64 = 127;

/**
 * A complete text message as a server sends it: header and payload, unmasked. It needs no connection to be made, which
 * is why one buffer serves all who are told the same.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = headerBytes(length);
  // Not from the shared pool: a reader that stalls on a small frame would keep the pool's whole slab alive.
  const frame = Buffer.allocUnsafeSlow(header + length);
  frame[0] = FINAL_TEXT;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = BYTES_16;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = BYTES_64;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}

/** The text's bytes within a frame of {@link textFrame}, not copied. */
export function framePayload(frame: Buffer): Buffer {
  const length = frame[1];
  return frame.subarray(length === BYTES_64 ? 10 : length === BYTES_16 ? 4 : 2);
}

function headerBytes(length: number): 2 | 4 | 10 {
  if (length < BYTES_16) return 2;
  return length < 0x1_00_00 ? 4 : 10;
}
