import fc from "fast-check";
import { expect, test } from "vitest";
import { closeReason } from "./close-reason.ts";

test("a short reason stays as it is", () => {
  expect(closeReason("stalled: come back with your cursor")).toBe("stalled: come back with your cursor");
});

test("a long reason is cut to 123 bytes, never within a character", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 60, maxLength: 300 }), (message) => {
      const reason = closeReason(message);
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
      expect(message.startsWith(reason)).toBe(true);
      expect(reason === message || Buffer.byteLength(reason) > 123 - 4).toBe(true);
    }),
  );
});
