import fc from "fast-check";
import { expect, test } from "vitest";
import * as arbitrary from "../testing/arbitraries.ts";
import { refusal } from "../testing/refusal.ts";
import { formatCursor, parseCursor, START, toEpoch, toPosition, toScope } from "./cursor.ts";

test("a cursor is read back as the epoch and position it was made of", () => {
  fc.assert(
    fc.property(arbitrary.epoch, arbitrary.position, (epoch, position) => {
      expect(parseCursor(formatCursor(epoch, position))).toEqual({ epoch, position });
    }),
  );
  expect(formatCursor(toEpoch("k3x"), toPosition(120))).toBe("k3x:120");
  expect(formatCursor(toEpoch("k3x"), START)).toBe("k3x:0");
});

test("a cursor has one spelling only: whatever is accepted is what would be written", () => {
  const nearly = fc.stringMatching(/^[a-z0-9A-Z]{0,3}:?[0-9+. e-]{0,18}$/);
  fc.assert(
    fc.property(fc.oneof(nearly, fc.anything(), arbitrary.cursor), (value) => {
      const outcome = refusal(() => {
        const { epoch, position } = parseCursor(value);
        expect(formatCursor(epoch, position)).toBe(value);
      });
      expect(outcome).toMatch(/^accepted$|^invalid_cursor cursor: expected "epoch:position", got /);
    }),
  );
});

test.each([
  "",
  ":",
  "k3x",
  "k3x:",
  ":1",
  "k3x:01",
  "k3x:-1",
  "k3x:1.5",
  "k3x:1e3",
  "K3X:1",
  "k3x:1\n",
  " k3x:1",
  "k3x:1:1",
  "k3x:9007199254740992",
  "k3x:99999999999999999",
  `${"e".repeat(33)}:1`,
  "start",
  "now",
  ["k3x:1"],
  1,
  null,
  undefined,
])("%j is no cursor", (value) => {
  expect(refusal(() => parseCursor(value))).toContain("invalid_cursor");
});

test("the message quotes no more than the beginning of a long text", () => {
  expect(refusal(() => parseCursor("x".repeat(100_000))).length).toBeLessThan(150);
});

test("a position is a safe integer from 0, an epoch a short word; everything else is a defect of the caller", () => {
  expect(toPosition(Number.MAX_SAFE_INTEGER)).toBe(9_007_199_254_740_991);
  for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
    expect(() => toPosition(value)).toThrow(RangeError);
  for (const value of ["", "K3X", "a:b", "e".repeat(33), "a\n"]) expect(() => toEpoch(value)).toThrow(RangeError);
  expect(toScope("9f2c")).toBe("9f2c");
});

test("a cursor that is none is reported under the name that it came by", () => {
  expect(refusal(() => parseCursor("zz", "after"))).toMatch(/^invalid_cursor after: /);
});
