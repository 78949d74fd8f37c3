import fc from "fast-check";
import type { Writable } from "node:stream";
import * as ws from "ws";
import { describe, expect, test } from "vitest";
import { framePayload, textFrame } from "./text-frame.ts";

// The types of `ws` leave its reader out.
const { Receiver } = ws as unknown as { readonly Receiver: new (options: { isServer: boolean }) => Writable };

/** What `ws` itself reads from the bytes, as a client. */
function readByWs(bytes: Buffer): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const receiver = new Receiver({ isServer: false });
    const messages: string[] = [];
    receiver.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) reject(new Error("a binary message"));
      messages.push(data.toString());
    });
    receiver.on("error", reject);
    receiver.write(bytes, () => resolve(messages));
  });
}

describe("text frames", () => {
  test.each([0, 1, 125, 126, 127, 65_535, 65_536, 300_000])(
    "a text of %i bytes is read by ws as it was",
    async (size) => {
      const text = "x".repeat(size);
      expect(await readByWs(textFrame(text))).toEqual([text]);
      expect(framePayload(textFrame(text)).toString()).toBe(text);
    },
  );

  test(
    "any texts one after the other are read by ws as they were, lone surrogates as replacement characters",
    { timeout: 60_000 },
    async () => {
      const texts = fc.array(fc.string({ unit: "binary", maxLength: 400 }), { maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(texts, async (list) => {
          const read = await readByWs(Buffer.concat(list.map(textFrame)));
          expect(read).toEqual(list.map((text) => text.toWellFormed()));
        }),
      );
    },
  );

  test("a frame holds no memory but its own", () => {
    const frame = textFrame("small");
    expect(frame.buffer.byteLength).toBe(frame.length);
  });
});
