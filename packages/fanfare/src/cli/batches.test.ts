import { expect, test } from "vitest";
import { batches } from "./batches.ts";
import type { Outgoing } from "./row-event.ts";

const outgoing = (number: number, topic = "a", text = ""): Outgoing => ({
  row: { number, text, offset: 0 },
  topic,
  event: { type: "t", id: String(number) },
});

async function* from(events: Iterable<Outgoing>, fault?: Error): AsyncGenerator<Outgoing> {
  yield* events;
  if (fault !== undefined) throw fault;
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const numbers = (batch: readonly Outgoing[]) => batch.map(({ row }) => row.number);

test("what waits travels together, in its order and at most a thousand at once", async () => {
  const events = Array.from({ length: 2_500 }, (_, index) => outgoing(index));
  const made = await all(batches(from(events)));
  expect(made.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  expect(made.flatMap(numbers)).toEqual(events.map(({ row }) => row.number));
});

test("a batch has one topic and about a megabyte", async () => {
  const long = "x".repeat(600_000);
  const events = [
    outgoing(1),
    outgoing(2),
    outgoing(3, "b"),
    outgoing(4, "b", long),
    outgoing(5, "b", long),
    outgoing(6),
  ];
  const made = await all(batches(from(events)));
  expect(made.map(numbers)).toEqual([[1, 2], [3, 4], [5], [6]]);
});

test("a slow input is not held back for company", async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* slow(): AsyncGenerator<Outgoing> {
    yield outgoing(1);
    await held;
    yield outgoing(2);
  }
  const made = batches(slow());
  expect(numbers((await made.next()).value ?? [])).toEqual([1]);
  release();
  expect(numbers((await made.next()).value ?? [])).toEqual([2]);
});

test.each([2, 1_000])("%i events that were read before a fault come before the fault", async (count) => {
  const events = Array.from({ length: count }, (_, index) => outgoing(index));
  const made = batches(from(events, new Error("the next row")));
  expect(numbers((await made.next()).value ?? [])).toHaveLength(count);
  // A fault that waits longer than a tick is nobody's unhandled rejection.
  await new Promise(setImmediate);
  await expect(made.next()).rejects.toThrow("the next row");
});
