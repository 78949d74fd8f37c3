import { expect, test } from "vitest";
import { clientFrame, FrameReader, serverFrame } from "./frames.ts";

function read(pieces: readonly Buffer[]): readonly string[] {
  const frames: string[] = [];
  let text = "";
  const reader = new FrameReader((opcode, bytes, start, end, last) => {
    text += bytes.toString("latin1", start, end);
    if (!last) return;
    frames.push(`${opcode} ${text}`);
    text = "";
  });
  for (const piece of pieces) reader.push(piece, 0, piece.length);
  return frames;
}

const payloads = ["", "a", "b".repeat(125), "c".repeat(126), "d".repeat(5_000), "e"];
const expected = payloads.map((payload) => `text ${payload}`);

test.for([1, 2, 3, 7, 128, 4_096])("frames are found in pieces of %i bytes", (size) => {
  const bytes = Buffer.concat(payloads.map((payload) => serverFrame(payload)));
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  expect(read(pieces)).toEqual(expected);
});

test("a payload of more than 64 KiB has its length in eight bytes", () => {
  const head = Buffer.alloc(10);
  head[0] = 0x81;
  head[1] = 127;
  head.writeBigUInt64BE(70_000n, 2);
  expect(read([head, Buffer.alloc(70_000, "x"), serverFrame("next")])).toEqual([
    `text ${"x".repeat(70_000)}`,
    "text next",
  ]);
});

test("a client's frame is masked with zeros", () => {
  expect([...clientFrame("hi")]).toEqual([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
  expect([...clientFrame("", "pong")]).toEqual([0x8a, 0x80, 0, 0, 0, 0]);
});
