import fc from "fast-check";
import { expect, test } from "vitest";
import { readRows } from "./rows.ts";

async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const rowsOf = (text: string, size = 5) => all(readRows(chunksOf(text, size)));

test("rows are the same however the bytes were cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "grapheme" }).map((text) => JSON.stringify(text))),
      fc.integer({ min: 1, max: 9 }),
      async (lines, size) => {
        const rows = await all(readRows(chunksOf(lines.join("\n"), size)));
        expect(rows.map(({ text }) => text)).toEqual(lines);
        expect(rows.map(({ number }) => number)).toEqual(lines.map((_, index) => index + 1));
      },
    ),
  );
});

test("empty lines are no rows but count as lines; a last line needs no end", async () => {
  expect(await rowsOf("1\n\n \r\n2\r\n3")).toEqual([
    { number: 1, text: "1", offset: 2 },
    { number: 4, text: "2", offset: 9 },
    { number: 5, text: "3", offset: 10 },
  ]);
  expect(await rowsOf("")).toEqual([]);
  expect(await rowsOf("1\n")).toHaveLength(1);
});

test("the input is read only as fast as its rows are taken", async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      given += 1;
      yield new TextEncoder().encode("1\n2\n");
    }
  }
  const rows = readRows(endless());
  for (let taken = 0; taken < 6; taken += 1) await rows.next();
  expect(given).toBe(3);
});

test("a row without end is refused before it fills the memory", async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode("1\n");
    for (;;) yield new Uint8Array(1024 * 1024).fill(0x61);
  }
  await expect(all(readRows(endless()))).rejects.toThrow(/^row 2: has more than 4194304 bytes$/);
});

test("a row that is not UTF-8 is refused by its number", async () => {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Uint8Array.of(0x31, 0x0a, 0xff, 0x0a);
  }
  await expect(all(readRows(bytes()))).rejects.toThrow("row 2: is not valid UTF-8");
});
