import fc from "fast-check";
import { expect, test } from "vitest";
import { toStages } from "./batches.ts";
import type { LeasedRow } from "./row.ts";

function rowsOf(...parts: readonly (readonly [topic: string, key: string])[]): readonly LeasedRow[] {
  return parts.map(([topic, key], index) => ({
    number: index + 1,
    topic,
    key,
    id: String(index + 1),
    type: "t",
    time: "",
    attributes: "{}",
    data: "null",
    attempts: 0,
    unsureSince: undefined,
  }));
}

const shape = (rows: readonly LeasedRow[]): unknown =>
  toStages(rows).map((stage) => stage.map((batch) => [batch.topic, ...batch.rows.map(({ number }) => number)]));

test("rows of one topic are one batch, also between those of others", () => {
  expect(shape(rowsOf(["a", "a"], ["b", "b"], ["a", "a"], ["b", "b"]))).toEqual([
    [
      ["a", 1, 3],
      ["b", 2, 4],
    ],
  ]);
});

test("a key that goes through several topics is a stage for each turn", () => {
  expect(shape(rowsOf(["a", "k"], ["b", "k"], ["a", "k"], ["a", "other"]))).toEqual([
    [["a", 1]],
    [["b", 2]],
    [["a", 3, 4]],
  ]);
});

test("nothing is no stage", () => {
  expect(toStages([])).toEqual([]);
});

test("every row is in one batch of its topic, and after its key's row before it", () => {
  const part = fc.tuple(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2", "3", "4"));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      const rows = rowsOf(...parts);
      const placed = toStages(rows).flatMap((stage, level) =>
        stage.flatMap((batch) => batch.rows.map((row, place) => ({ row, batch, level, place }))),
      );
      expect(placed.map(({ row }) => row.number).toSorted((a, b) => a - b)).toEqual(rows.map(({ number }) => number));
      for (const { row, batch } of placed) expect(row.topic).toBe(batch.topic);
      for (const one of placed)
        for (const other of placed) {
          if (one.row.key !== other.row.key || one.row.number >= other.row.number) continue;
          const together = one.batch === other.batch && one.place < other.place;
          expect(together || one.level < other.level).toBe(true);
        }
    }),
  );
});
