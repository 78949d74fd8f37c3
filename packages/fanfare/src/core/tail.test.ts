import { toPosition } from "@fanfare/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry } from "./entry.ts";
import { Tail } from "./tail.ts";

function entry(position: number, bytes: number): Entry {
  return {
    position: toPosition(position),
    topic: "a" as Entry["topic"],
    id: "",
    type: "t",
    attributes: {},
    json: "",
    bytes,
  };
}

describe("the tail", () => {
  it("holds the newest events within its bytes and answers exactly what lies after any position it reaches", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 3_000, size: "max" });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 1, max: 100 }), (bytes, most, rows) => {
        const tail = new Tail(toPosition(10), most);
        for (const [index, size] of bytes.entries()) tail.push(entry(11 + index, size));
        expect(tail.bytes).toBeLessThanOrEqual(most);
        expect(tail.head).toBe(10 + bytes.length);
        for (const after of [tail.floor, Math.floor((tail.floor + tail.head) / 2), tail.head]) {
          expect(tail.reaches(toPosition(after))).toBe(true);
          const expected = Array.from({ length: Math.min(rows, tail.head - after) }, (_, index) => after + 1 + index);
          expect(tail.slice(toPosition(after), rows).map(({ position }) => Number(position))).toEqual(expected);
        }
        expect(tail.reaches(toPosition(tail.floor - 1))).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});
